package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.RandomLayers.CodedParameters;
import dev.pbq.core.packed.RandomLayers.LowKind;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.MemoryPackedWriter;
import dev.pbq.core.testkit.MemoryPackedWriter.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading what nobody wrote: always a message that names the layer, never another exception. */
class PackedCorruptionTest {
  private static final int[] HOSTILE = {
    Integer.MIN_VALUE, -1, 0, 1, 2, 8, 9, 255, 46341, 65536, 1 << 30, Integer.MAX_VALUE
  };

  @Property(tries = 6000)
  void damageNeverEscapes(@ForAll long seed) {
    Random random = new Random(seed);
    MemoryPackedWriter out = MemoryPackedWriter.of(anyLayer(random));
    for (int i = random.nextInt(3); i >= 0; i--) {
      damage(out, random);
    }
    try {
      QuantizedLinear read = PackedLinears.read(out.reader("model.q_proj"));
      assertThat(read.dequantize()).isEqualTo(NaiveDequantizer.dequantize(read));
      assertThat(PackedLinears.read(MemoryPackedWriter.of(read).reader("again"))).isEqualTo(read);
    } catch (PbqException e) {
      assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
      assertThat(e).hasMessageContaining("model.q_proj");
    }
  }

  private static QuantizedLinear anyLayer(Random random) {
    int rows = 1 + random.nextInt(12);
    int cols = 1 + random.nextInt(90);
    int group = 1 + random.nextInt(cols);
    ScaleDtype type = random.nextBoolean() ? ScaleDtype.F16 : ScaleDtype.F32;
    int bits = 1 + random.nextInt(8);
    Zeros zeros = pick(Zeros.values(), random);
    if (random.nextInt(4) == 0) {
      return RandomEntropyCoded.of(
          rows,
          cols,
          pick(Trellis.values(), random),
          1 + random.nextInt(12),
          pick(ScaleFormat.values(), random),
          pick(Coding.values(), random),
          random.nextLong());
    }
    if (random.nextInt(2) == 0) {
      return RandomLayers.binaryGroups(
          rows,
          cols,
          group,
          pick(RandomLayers.layouts().toArray(new GroupLayout[0]), random),
          pick(ScaleFormat.values(), random),
          pick(BitmapCoding.values(), random),
          0.2,
          random.nextLong());
    }
    if (random.nextInt(4) == 0) {
      return BlockFormatLayers.layer(random);
    }
    if (random.nextInt(4) == 0) {
      return RandomLayers.uniform(
          rows, cols, group, type, bits, zeros, random.nextBoolean(), random.nextLong());
    }
    if (random.nextInt(3) == 0) {
      return RandomLayers.hqq(
          rows,
          cols,
          new FlatGroups(random.nextInt(2), RandomLayers.divisor(random, rows * cols)),
          type,
          pick(ComputeDtype.values(), random),
          1 + random.nextInt(255),
          pick(CodedParameters.values(), random),
          random.nextLong());
    }
    if (random.nextInt(3) == 0) {
      FlatGroups groups = new FlatGroups(1, RandomLayers.divisor(random, rows * cols));
      return RandomLayers.lowRank(
          rows, cols, 1, groups, type, random.nextBoolean(), random.nextLong());
    }
    if (random.nextInt(4) == 0) {
      return random.nextBoolean()
          ? RandomLayers.oneBit(rows, cols, type, random.nextLong())
          : RandomLayers.biReal(rows, cols, type, random.nextLong());
    }
    double share = random.nextInt(4) == 0 ? 0 : 0.1;
    LowKind kind = pick(LowKind.values(), random);
    return RandomLayers.salientSplit(
        rows, cols, group, type, share, 8, kind, bits, zeros, random.nextLong());
  }

  private static void damage(MemoryPackedWriter out, Random random) {
    List<String> attributes = new ArrayList<>(out.attributes().keySet());
    List<String> parts = new ArrayList<>(out.parts().keySet());
    if (parts.isEmpty() || attributes.isEmpty()) {
      return;
    }
    String key = attributes.get(random.nextInt(attributes.size()));
    String name = parts.get(random.nextInt(parts.size()));
    Part part = out.parts().get(name);
    byte[] bytes = part.bytes().clone();
    switch (random.nextInt(9)) {
      case 0 -> out.attributes().remove(key);
      case 1 -> out.attributes().put(key, HOSTILE[random.nextInt(HOSTILE.length)]);
      case 2 -> out.attributes().put(key, random.nextInt(100));
      case 3 -> out.attributes().put(key, "nonsense");
      case 4 -> out.parts().remove(name);
      case 5 -> {
        DType dtype = pick(DType.values(), random);
        out.parts().put(name, new Part(dtype, part.shape(), bytes));
      }
      case 6 -> {
        long[] shape = part.shape().clone();
        shape[random.nextInt(shape.length)] += random.nextBoolean() ? 1 : -1;
        out.parts().put(name, new Part(part.dtype(), shape, bytes));
      }
      case 7 -> {
        // Bytes and shape agree, but are of another length.
        int length = random.nextInt(2 * bytes.length + 2);
        out.parts()
            .put(name, new Part(DType.U8, new long[] {length}, Arrays.copyOf(bytes, length)));
      }
      default -> {
        for (int i = 0; i < bytes.length; i++) {
          if (random.nextInt(bytes.length) < 2) {
            bytes[i] = (byte) random.nextInt(256);
          }
        }
        out.parts().put(name, new Part(part.dtype(), part.shape(), bytes));
      }
    }
  }

  private static <T> T pick(T[] of, Random random) {
    return of[random.nextInt(of.length)];
  }

  @Test
  void unknownFamiliesAndVersionsSayWhatIsSupported() {
    assertRefused(
        LowKind.BINARY,
        o -> o.attributes().put("family", "trellis"),
        "packed layer model.q_proj, family: unknown storage family 'trellis'",
        "binary-groups, salient-split, uniform, block-format, hqq, onebit, bi-real, low-rank,"
            + " entropy-coded");
    assertRefused(
        LowKind.BINARY,
        o -> o.attributes().put("version", 2),
        "packed layer model.q_proj, version: version 2 of salient-split",
        "reads version 1");
  }

  @Test
  void messagesNameThePart() {
    assertRefused(LowKind.BINARY, o -> o.parts().remove("low_mean"), "low_mean");
    assertRefused(LowKind.BINARY, o -> o.parts().remove("mask"), "model.q_proj, mask: missing");
    assertRefused(LowKind.BINARY, o -> o.attributes().put("salient", 5), "low_codes");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("salient", 5), "high_codes");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("low", "none"), "low: unknown kind 'none'");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("mask", "zip"), "unknown coding 'zip'");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("high_bits", 9), "high_bits: 9");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("group_size", 0), "group_size: 0");
    assertRefused(LowKind.ZERO, o -> o.attributes().put("scale_dtype", "f8"), "'f8'");
    assertRefused(
        LowKind.BINARY,
        o -> {
          o.parts().get("low_scale").bytes()[0] = 0;
          o.parts().get("low_scale").bytes()[1] = 0x7c;
        },
        "low_scale: entry 0 is Infinity");
    assertRefused(
        LowKind.VERBATIM,
        o -> o.parts().get("low_values").bytes()[1] = 0x7e, // 0x7e.. is not a number
        "low_values: entry 0 is NaN");
  }

  @Test
  void groupsThatCannotBeAreRefused() {
    GroupLayout rows = GroupLayout.rows(2, 3, MeanSharing.EACH);
    assertRefused(groups(rows, BitmapCoding.RAW), o -> o.parts().remove("mean"), "mean");
    assertRefused(
        groups(rows, BitmapCoding.RAW),
        o -> o.attributes().put("means", "some"),
        "means: unknown sharing 'some'");
    assertRefused(
        groups(rows, BitmapCoding.RAW),
        o -> o.attributes().put("scales", "cells"),
        "scales: unknown form 'cells'");
    assertRefused(
        groups(rows, BitmapCoding.CODED),
        o -> o.attributes().put("bitmaps", "zip"),
        "bitmaps: unknown coding 'zip'");
    assertRefused(
        groups(rows, BitmapCoding.CODED),
        o -> o.attributes().put("other_class_1", "zip"),
        "other_class_1: unknown coding 'zip'");
    assertRefused(
        groups(rows, BitmapCoding.CODED),
        o -> o.parts().remove("salient_class_0"),
        "model.q_proj, salient_class_0: missing");
    assertRefused(
        groups(rows, BitmapCoding.RAW),
        o -> o.attributes().put("other_classes", 5),
        "other_classes: 5 is not in 1..4");
    assertRefused(
        groups(rows, BitmapCoding.RAW),
        o -> o.attributes().put("scale_dtype", "u4"),
        "scale_dtype: unknown type 'u4'");
    assertRefused(
        groups(rows, BitmapCoding.RAW),
        o -> Arrays.fill(o.parts().get("class_bit_1").bytes(), (byte) -1),
        "class_bit_1: a weight of a class that its side of the columns does not have");
    assertRefused(
        groups(GroupLayout.rows(1, 2, MeanSharing.EACH), BitmapCoding.RAW),
        o -> Arrays.fill(o.parts().get("class_bit_0").bytes(), (byte) -1),
        "class_bit_0: a weight of a class that its side of the columns does not have");
    assertRefused(
        groups(GroupLayout.rowColumns(1, 2, false), BitmapCoding.RAW),
        o -> o.parts().get("col_2_grid").bytes()[3] = 0x7f, // the least is larger than the largest
        "col_2_grid: entry 0 is a grid from");
    assertRefused(
        groups(GroupLayout.rowColumns(1, 2, false), BitmapCoding.RAW),
        o -> o.parts().get("column_mask").bytes()[0] ^= 1,
        "column_mask: ",
        "salient columns are marked, not");
  }

  private static QuantizedLinear groups(GroupLayout layout, BitmapCoding coding) {
    return RandomLayers.binaryGroups(8, 100, 32, layout, ScaleFormat.U8, coding, 0.2, 3);
  }

  @Test
  void messagesNameThePartOfAnHqqLayer() {
    assertHqqRefused(o -> o.attributes().put("group_size", 7), "group_size: 7 does not divide 800");
    assertHqqRefused(
        o -> o.attributes().put("group_size", 801), "group_size: 801 is not in 1..800");
    assertHqqRefused(o -> o.attributes().put("axis", 2), "axis: 2");
    assertHqqRefused(o -> o.attributes().put("max_code", 4), "codes: code 5 is above 4");
    assertHqqRefused(o -> o.attributes().put("compute_dtype", "f8"), "compute_dtype", "'f8'");
    assertHqqRefused(o -> o.attributes().put("zero_group_size", 3), "zero_group_size: 3");
    assertHqqRefused(o -> o.parts().remove("zero_scale"), "zero_scale");
    assertHqqRefused(o -> o.parts().remove("scale"), "scale");
  }

  private static void assertHqqRefused(Consumer<MemoryPackedWriter> damage, String... message) {
    FlatGroups groups = new FlatGroups(0, 50);
    assertRefused(
        RandomLayers.hqq(
            8, 100, groups, ScaleDtype.F16, ComputeDtype.F16, 5, CodedParameters.ZEROS, 3),
        damage,
        message);
  }

  @Test
  void populationOfTheMaskMustMatch() {
    // One salient weight fewer would still give as many bytes of codes.
    assertRefused(
        LowKind.ZERO,
        o -> {
          int salient = (int) o.attributes().get("salient");
          o.attributes().put("salient", salient - 1);
          o.attributes().put("high_bits", 1);
          byte[] codes = new byte[(salient + 6) / 8];
          o.parts().put("high_codes", new Part(DType.U8, new long[] {codes.length}, codes));
        },
        "mask: ",
        "salient weights are marked, not");
  }

  @Test
  @Timeout(5)
  void hugeShapesAreRefusedBeforeAnythingIsAllocated() {
    List<QuantizedLinear> layers = new ArrayList<>();
    Arrays.stream(LowKind.values()).forEach(kind -> layers.add(layer(kind)));
    for (BitmapCoding coding : BitmapCoding.values()) {
      layers.add(groups(GroupLayout.rows(0, 1, MeanSharing.NONE), coding));
      layers.add(groups(GroupLayout.rows(4, 4, MeanSharing.EACH), coding));
      layers.add(groups(GroupLayout.rowColumns(2, 2, true), coding));
    }
    for (Coding coding : Coding.values()) {
      layers.add(EntropyCodedCorruptionTest.layer(coding));
    }
    for (QuantizedLinear layer : layers) {
      MemoryPackedWriter out = MemoryPackedWriter.of(layer);
      out.attributes().put("cols", 100_000_000);
      assertThatThrownBy(() -> PackedLinears.read(out.reader("model.q_proj")))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("model.q_proj");
    }
    assertRefused(
        LowKind.ZERO, o -> o.attributes().put("cols", Integer.MAX_VALUE), "more than one layer");
  }

  private static SalientSplitLinear layer(LowKind kind) {
    return RandomLayers.salientSplit(8, 100, 32, ScaleDtype.F16, 0.1, 8, kind, 2, Zeros.U8, 3);
  }

  private static void assertRefused(
      LowKind kind, Consumer<MemoryPackedWriter> damage, String... message) {
    assertRefused(layer(kind), damage, message);
  }

  static void assertRefused(
      QuantizedLinear layer, Consumer<MemoryPackedWriter> damage, String... message) {
    MemoryPackedWriter out = MemoryPackedWriter.of(layer);
    damage.accept(out);
    assertThatThrownBy(() -> PackedLinears.read(out.reader("model.q_proj")))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContainingAll(message);
  }
}
