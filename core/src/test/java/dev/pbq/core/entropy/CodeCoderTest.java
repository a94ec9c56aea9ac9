package dev.pbq.core.entropy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodeCoderTest {
  private static final int SEGMENT = 100;

  @Property(tries = 300)
  void whatIsEncodedIsDecoded(
      @ForAll Coding coding,
      @ForAll Trellis trellis,
      @ForAll @IntRange(min = 1, max = 90) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 100) int segmentRows,
      @ForAll long seed) {
    check(coding, RandomCodes.any(rows, cols, seed), trellis, segmentRows);
  }

  @ParameterizedTest
  @EnumSource
  void codesOfAnySize(Coding coding) {
    int[] edges = new int[2 * 18];
    int[] sizes = {0, 1, 2, 13, 14, 15, 16, 17, 127, 128, 129, 1000, 1 << 20, 65535, 65536};
    for (int i = 0; i < sizes.length; i++) {
      edges[2 * i] = sizes[i];
      edges[2 * i + 1] = -sizes[i];
    }
    edges[30] = Codes.LARGEST;
    edges[31] = -Codes.LARGEST;
    edges[32] = Codes.LARGEST - 1;
    edges[33] = 1 - Codes.LARGEST;
    for (Trellis trellis : Trellis.values()) {
      check(coding, RandomCodes.of(36, 1, edges), trellis, SEGMENT);
      check(coding, RandomCodes.of(1, 36, edges), trellis, SEGMENT);
      check(coding, RandomCodes.of(9, 4, edges), trellis, 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void zerosAlone(Coding coding) {
    for (int[] shape : new int[][] {{1, 1}, {1, 5000}, {5000, 1}, {512, 2048}, {4096, 300}}) {
      byte[] stored = check(coding, zeros(shape[0], shape[1]), Trellis.EIGHT, 1024);
      // What lanes and tables begin with takes some bytes for each matrix and column.
      double most = 0.02 * shape[0] * shape[1] + 800 + 32.0 * Math.min(shape[1], 64);
      assertThat(8.0 * stored.length).isLessThan(most);
    }
  }

  private static Codes zeros(int rows, int cols) {
    return new Codes.Builder(rows, cols).build();
  }

  @Test
  void smallMatricesTakeTheirEntropy() {
    for (double mean : new double[] {0.3, 1, 3}) {
      Codes codes = RandomCodes.laplace(256, 256, mean, 1);
      double bits = Coding.ADAPTIVE.coder().bits(codes, Trellis.SCALAR, SEGMENT) / 65536.0;
      // Tables of the true probabilities would be known to the reader for nothing.
      assertThat(bits).isBetween(0.99 * Entropy.of(codes), Entropy.of(codes) + 0.02);
    }
  }

  @ParameterizedTest
  @EnumSource
  void largeMatricesTakeTheirEntropy(Coding coding) {
    for (double mean : new double[] {0.4, 1, 3}) {
      Codes codes = RandomCodes.laplace(1024, 1050, mean, 7);
      double bits = coding.coder().bits(codes, Trellis.SCALAR, SEGMENT) / (1024.0 * 1050);
      assertThat(bits).isBetween(0.99 * Entropy.of(codes), 1.003 * Entropy.of(codes));
    }
  }

  /** Low bits are stored as they are where codes are large. */
  @ParameterizedTest
  @EnumSource
  void largeCodesTakeLittleMoreThanTheirEntropy(Coding coding) {
    for (double mean : new double[] {6, 12, 200}) {
      Codes codes = RandomCodes.laplace(1024, 256, mean, 7);
      double bits = coding.coder().bits(codes, Trellis.SCALAR, SEGMENT) / (1024.0 * 256);
      assertThat(bits).as("mean %s", mean).isLessThan(1.02 * Entropy.of(codes));
    }
  }

  @ParameterizedTest
  @EnumSource
  void threadsDoNotMatter(Coding coding) throws Exception {
    Codes codes = RandomCodes.laplace(1500, 700, 1, 0.5, 5);
    byte[] one = Parallel.withThreads(1, () -> coding.coder().encode(codes, Trellis.EIGHT, 1024));
    byte[] four = Parallel.withThreads(4, () -> check(coding, codes, Trellis.EIGHT, 1024));
    assertThat(four).isEqualTo(one);
  }

  /** A damaged byte gives other codes or a message, never another exception. */
  @ParameterizedTest
  @EnumSource
  void damageOfEveryByte(Coding coding) {
    for (int seed = 0; seed < 4; seed++) {
      Codes codes = RandomCodes.any(5 + 20 * (seed % 2), 35, seed);
      byte[] stored = coding.coder().encode(codes, Trellis.EIGHT, SEGMENT);
      for (int i = 0; i < stored.length; i++) {
        byte[] damaged = stored.clone();
        for (int with : new int[] {damaged[i] ^ 1, damaged[i] ^ 0x80, 0, 255}) {
          damaged[i] = (byte) with;
          decodeOrRefuse(coding, damaged, codes.rows(), codes.cols());
        }
        decodeOrRefuse(coding, Arrays.copyOf(stored, i), codes.rows(), codes.cols());
      }
      byte[] longer = Arrays.copyOf(stored, stored.length + 2);
      assertThat(decodeOrRefuse(coding, longer, codes.rows(), codes.cols())).isFalse();
      assertThat(decodeOrRefuse(coding, stored, Integer.MAX_VALUE / 64, 60)).isFalse();
    }
  }

  /** What is wrong with tables, classes and lanes is said in so many words. */
  @Test
  void damagedTablesAndLanesAreNamed() {
    Codes codes = RandomCodes.any(40, 70, 3);
    byte[] stored = Coding.RANS.coder().encode(codes, Trellis.EIGHT, SEGMENT);
    Set<String> messages = new TreeSet<>();
    for (int i = 0; i < stored.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = stored.clone();
        damaged[i] ^= (byte) (1 << bit);
        messageOf(damaged).ifPresent(messages::add);
      }
      messageOf(Arrays.copyOf(stored, i)).ifPresent(messages::add);
    }
    assertThat(messages)
        .anyMatch(m -> m.contains("frequencies of a table do not sum to"))
        .anyMatch(m -> m.contains("a level that does not exist"))
        .anyMatch(m -> m.matches("the lanes of column \\d+ end early"))
        .anyMatch(m -> m.contains("a lane of the panel of column 0 does not end as it began"));
  }

  private static Optional<String> messageOf(byte[] stored) {
    try {
      CodeCoder coder = Coding.RANS.coder();
      coder.decode(stored, 40, 70, Trellis.EIGHT, SEGMENT, PbqException::badData);
      return Optional.empty();
    } catch (PbqException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static boolean decodeOrRefuse(Coding coding, byte[] stored, int rows, int cols) {
    try {
      CodeCoder coder = coding.coder();
      Codes codes = coder.decode(stored, rows, cols, Trellis.EIGHT, SEGMENT, PbqException::badData);
      check(coding, codes, Trellis.EIGHT, SEGMENT);
      return true;
    } catch (PbqException e) {
      assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
      return false;
    }
  }

  private static byte[] check(Coding coding, Codes codes, Trellis trellis, int segmentRows) {
    CodeCoder coder = coding.coder();
    byte[] stored = coder.encode(codes, trellis, segmentRows);
    assertThat(coder.bits(codes, trellis, segmentRows)).isEqualTo(8L * stored.length);
    Codes back =
        coder.decode(
            stored, codes.rows(), codes.cols(), trellis, segmentRows, PbqException::badData);
    assertThat(back).isEqualTo(codes).hasSameHashCodeAs(codes);
    assertThat(coder.encode(back, trellis, segmentRows)).isEqualTo(stored);
    return stored;
  }
}
