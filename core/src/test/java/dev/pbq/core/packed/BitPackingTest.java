package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BitPackingTest {
  @Test
  void firstCodeTakesTheLowestBits() {
    byte[] out = new byte[2];
    BitPacking.pack(new byte[] {1, 0, 5, 2, 7}, 0, 5, 3, out, 0);
    // 111 010 101 000 001
    assertThat(out).containsExactly(0b01_000_001, 0b0111_0101);
  }

  @Property(tries = 400)
  void streamsAreThoseOfTheDefinition(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 0, max = 70) int count,
      @ForAll @IntRange(min = 0, max = 9) int from,
      @ForAll @IntRange(min = 0, max = 9) int at,
      @ForAll @IntRange(min = 0, max = 9) int slack,
      @ForAll long seed) {
    byte[] codes = codes(from + count + slack, bits, seed);
    int bytes = (count * bits + 7) / 8;
    byte[] expected = new byte[bytes];
    for (int k = 0; k < count * bits; k++) {
      int bit = codes[from + k / bits] >>> k % bits & 1;
      expected[k / 8] |= (byte) (bit << k % 8);
    }
    byte[] out = new byte[at + bytes + slack];
    BitPacking.pack(codes, from, count, bits, out, at);
    assertThat(BitPacking.bytes(count, bits)).isEqualTo(bytes);
    assertThat(Arrays.copyOfRange(out, at, at + bytes)).isEqualTo(expected);
    assertThat(BitPacking.paddingIsZero(out, at, count, bits)).isTrue();
    byte[] back = new byte[count];
    BitPacking.unpack(out, at, 0, count, bits, back, 0);
    assertThat(back).isEqualTo(Arrays.copyOfRange(codes, from, from + count));
  }

  @Property(tries = 400)
  void anyRangeOfCodesUnpacksAlone(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 100) int count,
      @ForAll @IntRange(min = 0, max = 99) int first,
      @ForAll @IntRange(min = 0, max = 100) int length,
      @ForAll @IntRange(min = 0, max = 9) int to,
      @ForAll long seed) {
    int from = first % count;
    int n = Math.min(length, count - from);
    byte[] codes = codes(count, bits, seed);
    byte[] packed = new byte[(int) BitPacking.bytes(count, bits)];
    BitPacking.pack(codes, 0, count, bits, packed, 0);
    byte[] back = new byte[to + n + 1];
    Arrays.fill(back, (byte) -86);
    BitPacking.unpack(packed, 0, from, n, bits, back, to);
    assertThat(Arrays.copyOfRange(back, to, to + n))
        .isEqualTo(Arrays.copyOfRange(codes, from, from + n));
    assertThat(back[to + n]).as("the byte after").isEqualTo((byte) -86);
  }

  @Property(tries = 100)
  void rowsArePackedAsOneByOne(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int cols,
      @ForAll long seed) {
    checkRows(bits, rows, cols, seed);
  }

  @Property(tries = 8)
  void rowsOfSeveralTasksToo(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 8) int extra,
      @ForAll long seed) {
    checkRows(bits, 30_000, extra, seed);
    checkRows(bits, 3, 70_000 + extra, seed);
  }

  private static void checkRows(int bits, int rows, int cols, long seed) {
    byte[] codes = codes(rows * cols, bits, seed);
    int rowBytes = (int) BitPacking.bytes(cols, bits);
    byte[] expected = new byte[rows * rowBytes];
    for (int r = 0; r < rows; r++) {
      byte[] row = new byte[rowBytes];
      BitPacking.pack(codes, r * cols, cols, bits, row, 0);
      System.arraycopy(row, 0, expected, r * rowBytes, rowBytes);
    }
    assertThat(BitPacking.packRows(codes, rows, cols, bits)).isEqualTo(expected);
  }

  @Property(tries = 200)
  void codesFitIfTheLargestDoes(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 30) int count,
      @ForAll @IntRange(min = 0, max = 29) int place,
      @ForAll @IntRange(min = 0, max = 255) int code) {
    byte[] codes = codes(count, bits, 1);
    codes[place % count] = (byte) code;
    assertThat(BitPacking.fit(codes, bits)).isEqualTo(code < 1 << bits);
  }

  @Test
  void paddingIsSeen() {
    assertThat(BitPacking.paddingIsZero(new byte[] {0, 0b0111_1111}, 0, 5, 3)).isTrue();
    assertThat(BitPacking.paddingIsZero(new byte[] {0, (byte) 0x80}, 0, 5, 3)).isFalse();
    assertThat(BitPacking.paddingIsZero(new byte[] {-1, -1, -1}, 0, 8, 3)).isTrue();
  }

  private static byte[] codes(int count, int bits, long seed) {
    Random random = new Random(seed);
    byte[] codes = new byte[count];
    for (int i = 0; i < count; i++) {
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    return codes;
  }
}
