package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CodePlanesTest {
  @Property(tries = 300)
  void planesAreBitsOfCodes(
      @ForAll @IntRange(min = 1, max = 70_000) int count,
      @ForAll @IntRange(min = 0, max = 7) int bit,
      @ForAll long seed) {
    byte[] codes = new byte[count];
    new Random(seed).nextBytes(codes);
    long[] plane = CodePlanes.take(codes, bit);
    assertThat(plane).hasSize((count + 63) / 64);
    byte[] only = new byte[count];
    for (int i = 0; i < plane.length * 64; i++) {
      boolean expected = i < count && (codes[i] >> bit & 1) != 0;
      assertThat(Bitmap.get(plane, i)).isEqualTo(expected);
      if (expected) {
        only[i] = (byte) (1 << bit);
      }
    }
    byte[] back = new byte[count];
    CodePlanes.put(plane, bit, back);
    assertThat(back).isEqualTo(only);
    byte[] whole = new byte[count];
    for (int b = 0; b < 8; b++) {
      CodePlanes.put(CodePlanes.take(codes, b), b, whole);
    }
    assertThat(whole).isEqualTo(codes);
  }
}
