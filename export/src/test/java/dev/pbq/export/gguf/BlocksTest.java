package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks are found where they exist, rounded as ggml rounds, and read back as written. */
class BlocksTest {
  private static final EnumSet<GgufType> BLOCKS = EnumSet.range(GgufType.Q1_0, GgufType.Q8_0);

  private static int lowest(GgufType type) {
    return switch (type) {
      case Q4_0 -> -8;
      case Q8_0 -> -127;
      case Q4_1 -> 0;
      default -> -1;
    };
  }

  private static int highest(GgufType type) {
    return switch (type) {
      case Q4_0 -> 7;
      case Q8_0 -> 127;
      case Q4_1 -> 15;
      case Q2_0 -> 2;
      default -> 1;
    };
  }

  private static float[] decode(GgufType type, Levels levels) {
    byte[] bytes = new byte[type.blockBytes()];
    BlockLayout.put(type, levels, bytes, 0);
    return BlockDecoder.decode(
        type.id(), ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), type.blockSize());
  }

  /** Whatever values a block can hold are found to be exact, and survive. */
  @Property(tries = 300)
  void everyBlockIsFoundAgain(@ForAll long seed, @ForAll @IntRange(min = 0, max = 5) int which) {
    GgufType type = (GgufType) BLOCKS.toArray()[which];
    Random random = new Random(seed);
    // Any exponent of binary16, subnormal ones too, and either sign.
    float scale = Half.round((float) Math.scalb(1 + random.nextDouble(), random.nextInt(24) - 20));
    if (random.nextBoolean() && type != GgufType.Q4_1) {
      scale = -scale;
    }
    // An offset on a coarse grid, so that sums are exact, as the type's arithmetic needs.
    float offset = type == GgufType.Q4_1 ? scale * (random.nextInt(3) - 2) : 0;
    int[] level = new int[type.blockSize()];
    for (int j = 0; j < level.length; j++) {
      level[j] =
          type == GgufType.Q1_0
              ? random.nextInt(2) * 2 - 1
              : random.nextInt(highest(type) - lowest(type) + 1) + lowest(type);
    }
    if (type == GgufType.Q4_1) {
      level[random.nextInt(level.length)] = 0;
    }
    float[] values = decode(type, new Levels(scale, offset, level));
    for (int j = 0; j < level.length; j++) {
      assertThat(values[j]).isEqualTo(level[j] * scale + offset);
    }
    Levels found = ExactGrid.of(type, values, 0);
    assertThat(found).as("%s scale %s offset %s", type, scale, offset).isNotNull();
    float[] again = decode(type, found);
    for (int j = 0; j < level.length; j++) {
      assertThat(again[j]).isEqualTo(values[j]);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = GgufType.class,
      names = {"F32", "F16", "BF16"},
      mode = EnumSource.Mode.EXCLUDE)
  void valuesOffTheGridAreNotExact(GgufType type) {
    float[] values = new float[type.blockSize()];
    for (int j = 0; j < values.length; j++) {
      values[j] = (j % 2 == 0 ? 1 : -1) * 0.5f;
    }
    assertThat(ExactGrid.of(type, values, 0)).isNotNull();
    values[7] = 0.5003f;
    assertThat(ExactGrid.of(type, values, 0)).isNull();
  }

  @Test
  void zerosFitEveryTypeAndStayZero() {
    for (GgufType type : BLOCKS) {
      float[] zeros = new float[type.blockSize()];
      for (Levels levels :
          new Levels[] {ExactGrid.of(type, zeros, 0), NearestGrid.of(type, zeros, 0)}) {
        for (float value : decode(type, levels)) {
          assertThat(value).as(type.label()).isZero();
        }
      }
    }
  }

  @Test
  void aSymmetricTwoBitGridFitsWithANegativeScale() {
    float[] values = new float[64];
    for (int j = 0; j < 64; j++) {
      values[j] = 0.25f * (j % 4 - 2);
    }
    Levels levels = ExactGrid.of(GgufType.Q2_0, values, 0);
    assertThat(levels.scale()).isEqualTo(-0.25f);
    float[] decoded = decode(GgufType.Q2_0, levels);
    for (int j = 0; j < 64; j++) {
      // As numbers: a zero may change its sign.
      assertThat(decoded[j] == values[j]).isTrue();
    }
  }

  /** By hand from the reference functions: largest magnitude first, halves away from zero. */
  @Test
  void nearestBlocksAreThoseOfTheReference() {
    float[] values = new float[32];
    values[0] = 127;
    values[1] = 2.5f;
    values[2] = -2.5f;
    values[3] = 0.49f;
    int[] q8 = NearestGrid.of(GgufType.Q8_0, values, 0).level();
    assertThat(new int[] {q8[0], q8[1], q8[2], q8[3]}).containsExactly(127, 3, -3, 0);

    values = new float[32];
    values[0] = 8;
    values[1] = -7;
    values[2] = 0.5f;
    Levels q4 = NearestGrid.of(GgufType.Q4_0, values, 0);
    assertThat(q4.scale()).isEqualTo(-1f);
    // 8 becomes level -8 of a negative scale; 0.5 / -1 + 8.5 = 8 is cut off to level 0.
    assertThat(new int[] {q4.level()[0], q4.level()[1], q4.level()[2]}).containsExactly(-8, 7, 0);

    values = new float[128];
    java.util.Arrays.fill(values, -1f);
    values[5] = 3;
    values[6] = 0;
    Levels q1 = NearestGrid.of(GgufType.Q1_0, values, 0);
    assertThat(q1.scale()).isCloseTo(129f / 128, within(1e-3f));
    assertThat(new int[] {q1.level()[0], q1.level()[5], q1.level()[6]}).containsExactly(-1, 1, 1);
  }

  /** A row's first bytes, by the description of each layout. */
  @Test
  void layoutsAreThoseOfGgml() {
    int[] level = new int[256];
    level[0] = 1;
    level[32] = -1;
    level[64] = 1;
    level[96] = -1;
    byte[] bytes = new byte[66];
    BlockLayout.put(GgufType.TQ2_0, new Levels(1, 0, level), bytes, 0);
    // Codes 2, 0, 2, 0 from the lowest bits up; then the scale, 0x3c00.
    assertThat(bytes[0]).isEqualTo((byte) 0b00100010);
    assertThat(bytes[64]).isZero();
    assertThat(bytes[65]).isEqualTo((byte) 0x3c);

    level = new int[64];
    level[1] = 2;
    bytes = new byte[18];
    BlockLayout.put(GgufType.Q2_0, new Levels(1, 0, level), bytes, 0);
    assertThat(bytes[2]).isEqualTo((byte) 0b01011101);

    level = new int[32];
    level[0] = -8;
    level[16] = 7;
    BlockLayout.put(GgufType.Q4_0, new Levels(1, 0, level), bytes, 0);
    assertThat(bytes[2]).isEqualTo((byte) 0xf0);
  }
}
