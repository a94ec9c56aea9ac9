package dev.pbq.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.EveryFault;
import dev.pbq.train.optimizer.Parameter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateFaultsTest {
  @TempDir private Path folder;

  @Test
  void aFullDiskLeavesTheStateBeforeOrNone() throws Exception {
    List<Parameter> parameters = List.of(Parameter.of("a", new float[] {1, 2, 3}, true));
    int steps =
        new EveryFault(folder, TrainingState.FILE)
            .full(
                (place, again) ->
                    new TrainingState(place, "run").save(List.of(), parameters, Optional.empty()));
    assertThat(steps).isGreaterThan(3);
  }
}
