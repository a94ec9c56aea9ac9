package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.testkit.Faults;
import dev.pbq.core.testkit.FaultyDisk;
import dev.pbq.core.testkit.SyntheticModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that cannot be read, at every read of a model. */
class UnreadableTest {
  @TempDir private Path folder;

  private static int readAll(Path model) {
    try (Checkpoint weights = Checkpoint.open(ModelFolder.open(model))) {
      for (String name : weights.names()) {
        TensorInfo tensor = weights.info(name);
        long rows = tensor.shape()[0];
        long count = rows == 0 ? 0 : tensor.elementCount() / rows;
        weights.readRows(name, 0, rows, FloatBuffer.allocate((int) (rows * count)));
      }
      return weights.names().size();
    }
  }

  @Test
  void everyReadThatFailsIsToldWithTheFile() throws Exception {
    SyntheticModel.llama(folder, 1, 3);
    Faults faults = new Faults();
    Path model = new FaultyDisk(faults).of(folder);
    int tensors = readAll(model);
    int reads = faults.reads();
    assertThat(reads).isGreaterThanOrEqualTo(tensors);
    for (int step = 0; step < reads; step++) {
      faults.breakAt(step);
      assertThatThrownBy(() -> readAll(model))
          .as("read %d", step)
          .isInstanceOf(PbqException.class)
          .hasMessageContainingAll(folder.toString(), Faults.BROKEN);
    }
    faults.mend();
    assertThat(readAll(model)).isEqualTo(tensors);
  }
}
