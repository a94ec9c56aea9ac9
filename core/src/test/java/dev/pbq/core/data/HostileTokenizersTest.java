package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged tokenizers, each opened and used in a process that they may end. */
class HostileTokenizersTest {
  @TempDir private Path scratch;

  @Test
  void noneEndsTheProcessOrThrowsAnythingUnexpected() throws Exception {
    TokenizerProcesses processes = new TokenizerProcesses(scratch);
    assertThat(processes.wrong(HostileInputs.folders("CRASH-", "tok"))).isEmpty();
  }
}
