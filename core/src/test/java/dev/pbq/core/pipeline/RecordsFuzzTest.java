package dev.pbq.core.pipeline;

import dev.pbq.core.packed.BitKind;
import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals made at random: what {@link HostileInputs} promises. */
class RecordsFuzzTest {
  private static final Journal.Header HEADER =
      new Journal.Header(new Fingerprint(Map.of("weights", "w", "version", "1")), "1");

  @TempDir private Path scratch;
  @TempDir private Path work;

  @Test
  void journal() throws Exception {
    Journal journal = Journal.create(work, HEADER);
    for (int block = 0; block < 3; block++) {
      LinearOutcome linear =
          new LinearOutcome(
              "layers." + block + ".q_proj",
              block,
              "xnor",
              4,
              8,
              0.125,
              "output",
              2.7,
              96,
              Map.of(BitKind.SIGNS, 64L, BitKind.SCALES, 32L),
              Map.of("loss", 1.5),
              0.25);
      journal.add(
          new Journal.Entry(
              block, "s-" + block, 123, block == 0 ? null : 5L, List.of(linear), List.of(), 1.5));
    }
    Fuzz.run(
        "journal",
        scratch,
        Fuzz.oneOf(Fuzz.files(work), Map.of(Journal.FILE, Mutations::jsonLines)),
        folder -> Journal.resume(folder, HEADER).entries());
  }
}
