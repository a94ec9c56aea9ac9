package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.BitmapCodec.Coding;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitmapCodecTest {
  @Property(tries = 500)
  void everyBitmapComesBack(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 200) int cols,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @DoubleRange(min = 0, max = 3) double clustering,
      @ForAll long seed) {
    long[] bitmap = clustered(rows, cols, share, clustering, seed);
    check(bitmap, rows, cols, BitmapCodec.encode(bitmap, rows, cols));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-5, 0.03, 0.5, 0.999, 1})
  void bitmapsOfSeveralChunksComeBack(double share) {
    long[] bitmap = clustered(307, 2741, share, 1, 5);
    BitmapCodec.Encoded encoded = BitmapCodec.encode(bitmap, 307, 2741);
    assertThat(encoded.coding()).isEqualTo(Coding.RANGE);
    check(bitmap, 307, 2741, encoded);
  }

  @ParameterizedTest
  @CsvSource({"0.05", "0.1", "0.2", "0.3"})
  void randomBitmapsTakeTheirEntropy(double share) {
    int rows = 1024;
    int cols = 2048;
    long[] bitmap = RandomLayers.bitmap(new Random(1), rows * cols, share);
    double actual = Bitmap.ones(bitmap, 0, rows * cols) / (double) (rows * cols);
    double bits = bitsPerWeight(bitmap, rows, cols);
    assertThat(bits / entropy(actual)).isBetween(0.995, 1.003);
    assertThat(bits / entropy(share)).isLessThan(1.02);
    double estimate = SalientSplitLinear.estimateMaskBits((long) rows * cols, actual);
    assertThat(bits * rows * cols / estimate).isBetween(0.98, 1.002);
  }

  @Test
  void smallRandomBitmapsAreNearTheirEntropyToo() {
    long[] bitmap = RandomLayers.bitmap(new Random(2), 64 * 64, 0.1);
    double actual = Bitmap.ones(bitmap, 0, 64 * 64) / (64.0 * 64);
    assertThat(bitsPerWeight(bitmap, 64, 64) / entropy(actual)).isLessThan(1.06);
  }

  @Test
  void clusteredBitmapsTakeFarLess() {
    long[] bitmap = clustered(1024, 2048, 0.1, 1, 3);
    double actual = Bitmap.ones(bitmap, 0, 1024 * 2048) / (1024.0 * 2048);
    assertThat(bitsPerWeight(bitmap, 1024, 2048) / entropy(actual)).isLessThan(0.75);
  }

  @Test
  void evenBitmapsStayRaw() {
    long[] bitmap = RandomLayers.bitmap(new Random(1), 100 * 130, 0.5);
    BitmapCodec.Encoded encoded = BitmapCodec.encode(bitmap, 100, 130);
    assertThat(encoded.coding()).isEqualTo(Coding.RAW);
    assertThat(encoded.bytes()).hasSize(100 * 130 / 8);
  }

  @Test
  void estimatesAreBounded() {
    assertThat(SalientSplitLinear.estimateMaskBits(1001, 0.5)).isEqualTo(1008);
    assertThat(SalientSplitLinear.estimateMaskBits(1001, 0)).isBetween(1L, 200L);
    assertThat(SalientSplitLinear.estimateMaskBits(1001, 1)).isBetween(1L, 200L);
  }

  @Test
  void encodingDependsOnTheBitmapAlone() {
    long[] bitmap = clustered(511, 1027, 0.1, 1, 3);
    byte[] once = BitmapCodec.encode(bitmap, 511, 1027).bytes();
    for (int i = 0; i < 5; i++) {
      assertThat(BitmapCodec.encode(bitmap.clone(), 511, 1027).bytes()).isEqualTo(once);
    }
  }

  @Test
  void wrongLengthsAreRefused() {
    long[] bitmap = clustered(307, 2741, 0.1, 1, 5);
    byte[] bytes = BitmapCodec.encode(bitmap, 307, 2741).bytes();
    assertRefused(Coding.RANGE, Arrays.copyOf(bytes, bytes.length - 1), 307, 2741);
    assertRefused(Coding.RANGE, Arrays.copyOf(bytes, bytes.length + 2), 307, 2741);
    assertRefused(Coding.RANGE, new byte[0], 307, 2741);
    assertRefused(Coding.RANGE, new byte[1], 307, 2741);
    assertRefused(Coding.RANGE, bytes, 46340, 46340);
    assertRefused(Coding.RAW, new byte[3], 5, 5);
    assertRefused(Coding.RAW, new byte[5], 5, 5);
    assertRefused(Coding.RAW, new byte[] {0, 0, 0, 2}, 5, 5);
  }

  @Property(tries = 300)
  void damagedBitmapsAreRefusedOrWellFormed(
      @ForAll @IntRange(min = 0, max = 10_000) int where,
      @ForAll @IntRange(min = 1, max = 255) int flip) {
    long[] bitmap = clustered(60, 300, 0.1, 1, 9);
    byte[] bytes = BitmapCodec.encode(bitmap, 60, 300).bytes();
    bytes[where % bytes.length] ^= (byte) flip;
    try {
      long[] decoded = BitmapCodec.decode(Coding.RANGE, bytes, 60, 300, "layer, mask");
      assertThat(decoded).hasSize(bitmap.length);
      int last = decoded.length - 1;
      assertThat(decoded[last]).isEqualTo(Bitmap.word(decoded, last, 0, 60 * 300));
    } catch (PbqException e) {
      assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
      assertThat(e).hasMessageContaining("layer, mask");
    }
  }

  @Property(tries = 500)
  void bitsOfMembersAloneAreStored(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 200) int cols,
      @ForAll @DoubleRange(min = 0, max = 1) double memberShare,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll long seed) {
    int weights = rows * cols;
    long[] members = clustered(rows, cols, memberShare, 1, seed + 1);
    long[] bitmap = clustered(rows, cols, share, 2, seed);
    for (int w = 0; w < bitmap.length; w++) {
      bitmap[w] &= members[w];
    }
    BitmapCodec.Encoded encoded = BitmapCodec.encode(bitmap, members, rows, cols);
    int count = Bitmap.ones(members, 0, weights);
    assertThat(encoded.bytes().length).isLessThanOrEqualTo((count + 7) / 8);
    assertThat(BitmapCodec.decode(encoded.coding(), encoded.bytes(), members, rows, cols, "x"))
        .isEqualTo(bitmap);
    boolean[] expected = new boolean[weights];
    boolean[] raw = new boolean[weights];
    for (int i = 0, k = 0; i < weights; i++) {
      expected[i] = Bitmap.get(bitmap, i);
      if (encoded.coding() == Coding.RAW && Bitmap.get(members, i)) {
        raw[i] = (encoded.bytes()[k / 8] >> k++ % 8 & 1) != 0;
      }
    }
    assertThat(
            encoded.coding() == Coding.RAW
                ? raw
                : SpecBitmapDecoder.decode(
                    encoded.bytes(), i -> Bitmap.get(members, i), rows, cols))
        .isEqualTo(expected);
  }

  @Test
  void membersTakeTheirEntropy() {
    int rows = 512;
    int cols = 2048;
    Random random = new Random(8);
    long[] members = RandomLayers.bitmap(random, rows * cols, 0.3);
    long[] bitmap = RandomLayers.bitmap(random, rows * cols, 0.2);
    for (int w = 0; w < bitmap.length; w++) {
      bitmap[w] &= members[w];
    }
    double count = Bitmap.ones(members, 0, rows * cols);
    double share = Bitmap.ones(bitmap, 0, rows * cols) / count;
    int bytes = BitmapCodec.encode(bitmap, members, rows, cols).bytes().length;
    assertThat(8 * bytes / count / entropy(share)).isBetween(0.99, 1.005);
  }

  private static void assertRefused(Coding coding, byte[] bytes, int rows, int cols) {
    assertThatThrownBy(() -> BitmapCodec.decode(coding, bytes, rows, cols, "layer, mask"))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("layer, mask");
  }

  private static void check(long[] bitmap, int rows, int cols, BitmapCodec.Encoded encoded) {
    assertThat(encoded.bytes().length).isLessThanOrEqualTo((rows * cols + 7) / 8);
    assertThat(BitmapCodec.decode(encoded.coding(), encoded.bytes(), rows, cols, "x"))
        .isEqualTo(bitmap);
    if (encoded.coding() == Coding.RANGE) {
      boolean[] expected = new boolean[rows * cols];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Bitmap.get(bitmap, i);
      }
      assertThat(SpecBitmapDecoder.decode(encoded.bytes(), i -> true, rows, cols))
          .isEqualTo(expected);
    }
  }

  private static double bitsPerWeight(long[] bitmap, int rows, int cols) {
    return 8.0 * BitmapCodec.encode(bitmap, rows, cols).bytes().length / rows / cols;
  }

  private static double entropy(double p) {
    return -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.log(2);
  }

  /** The largest of normal numbers whose columns have scales exp(clustering * normal). */
  static long[] clustered(int rows, int cols, double share, double clustering, long seed) {
    Random random = new Random(seed);
    double[] columnScale = new double[cols];
    for (int c = 0; c < cols; c++) {
      columnScale[c] = Math.exp(clustering * random.nextGaussian());
    }
    int n = rows * cols;
    double[] size = new double[n];
    for (int i = 0; i < n; i++) {
      size[i] = Math.abs(random.nextGaussian()) * columnScale[i % cols];
    }
    double[] sorted = size.clone();
    Arrays.parallelSort(sorted);
    int lowCount = (int) Math.round(n * (1 - share));
    double threshold = lowCount == n ? Double.POSITIVE_INFINITY : sorted[lowCount];
    long[] bitmap = new long[Bitmap.words(n)];
    for (int i = 0; i < n; i++) {
      if (size[i] >= threshold) {
        bitmap[i >>> 6] |= 1L << i;
      }
    }
    return bitmap;
  }
}
