package dev.pbq.core.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivationFileTest {
  @TempDir private Path folder;

  @Test
  void windowsComeBackFromWhereTheyWerePut() {
    try (ActivationFile file = ActivationFile.open(folder.resolve("a"), 2)) {
      file.write(3, floats(7, 8));
      file.write(0, floats(1, 2, 3, 4));
      ByteBuffer read = ByteBuffer.allocateDirect(8);
      file.read(1, read);
      assertThat(read.getFloat(0)).isEqualTo(3);
      assertThat(read.getFloat(4)).isEqualTo(4);
      read.clear();
      file.read(3, read);
      assertThat(read.getFloat(0)).isEqualTo(7);
    }
  }

  @Test
  void readingPastTheEndIsAnErrorThatNamesTheFile() {
    try (ActivationFile file = ActivationFile.open(folder.resolve("a"), 2)) {
      file.write(0, floats(1, 2));
      assertThatThrownBy(() -> file.read(1, ByteBuffer.allocate(8)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(folder.resolve("a").toString());
    }
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * values.length);
    for (float v : values) {
      buffer.putFloat(v);
    }
    return buffer.flip();
  }
}
