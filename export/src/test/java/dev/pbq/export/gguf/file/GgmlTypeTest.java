package dev.pbq.export.gguf.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.BitAccount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Blocks of random bytes, decoded by ggml's Python package; in each file the count of bytes, the
 * bytes, and the values in float32.
 */
class GgmlTypeTest {
  private static ByteBuffer golden(GgmlType type) throws IOException {
    try (InputStream in =
        GgmlTypeTest.class.getResourceAsStream("/gguf/blocks/" + type.name() + ".bin")) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "Q8_K", "Q1_0", "Q2_0"})
  void blocksAreDecodedAsTheReferenceDoes(GgmlType type) throws IOException {
    ByteBuffer golden = golden(type);
    byte[] blocks = new byte[golden.getInt()];
    golden.get(blocks);
    int count = blocks.length / type.blockBytes() * type.blockSize();
    float[] values = new float[count];
    type.decode(blocks, count, values);
    assertThat(golden.remaining()).isEqualTo(4 * count);
    for (int i = 0; i < count; i++) {
      float expected = golden.getFloat();
      // Zeros of either sign are the same weight.
      assertThat(values[i])
          .as("weight %d", i)
          .isEqualTo(expected + 0.0f == 0 ? values[i] * 0 : expected);
    }
  }

  @Test
  void codesOfOneByteHaveOneScale() {
    ByteBuffer block = ByteBuffer.allocate(292).order(ByteOrder.LITTLE_ENDIAN);
    block.putFloat(0.5f).put((byte) -128).put((byte) 127);
    float[] values = new float[256];
    GgmlType.Q8_K.decode(block.array(), 256, values);
    assertThat(values).startsWith(-64, 63.5f, 0).endsWith(0);
  }

  @Test
  void everyByteOfABlockIsCounted() {
    for (GgmlType type : GgmlType.values()) {
      BitAccount bits = type.bits(3L * type.blockSize());
      assertThat(bits.total()).as(type.name()).isEqualTo(8L * 3 * type.blockBytes());
    }
    assertThat(GgmlType.Q4_K.bits(256).bitsPerWeight()).isEqualTo(4.5);
    assertThat(GgmlType.Q6_K.bits(256).bitsPerWeight()).isEqualTo(6.5625);
  }
}
