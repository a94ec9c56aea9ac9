package dev.pbq.export.hqq;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Writes a linear as the tensors of {@link HqqLayout}. */
public final class HqqLayerWriter {
  private HqqLayerWriter() {}

  /**
   * The tensors of a layer. Codes and parameters are asked for when they are written, so that a
   * model need not be in memory.
   *
   * @param name the layer's full name
   * @param layer the layer, whose scales and zero points must be numbers of its compute type; the
   *     supplier may be called more than once
   * @throws dev.pbq.core.PbqException USAGE naming the layer if the layout cannot hold it
   */
  public static List<TensorEntry> entries(String name, Supplier<HqqLinear> layer) {
    HqqLinear shape = layer.get();
    SlabPacking packing = HqqLayout.requireHeld(name, shape);
    ComputeDtype compute = shape.compute();
    int rows = HqqLayout.groupedRows(shape);
    int cols = shape.codes().length / rows;
    List<TensorEntry> entries = new ArrayList<>();
    long[] words = {packing.wordRows(rows), cols};
    entries.add(
        new TensorEntry(
            name + "." + HqqLayout.CODES,
            packing.word(),
            words,
            out -> out.write(ByteBuffer.wrap(packing.pack(layer.get().codes(), rows, cols)))));
    long groups = shape.scale().count();
    boolean across = shape.groups().axis() == 0;
    long[] each = across ? new long[] {1, groups} : new long[] {groups, 1};
    DType type = HqqLayout.stored(compute);
    entries.add(parameters(name + ".scale", type, each, () -> layer.get().scale(), compute));
    entries.add(parameters(name + ".zero", type, each, () -> layer.get().zero(), compute));
    byte[] dims = new byte[2 * Long.BYTES];
    littleEndian(dims).putLong(shape.rows()).putLong(shape.cols());
    entries.add(TensorEntry.ofBytes(name + ".shape", DType.I64, new long[] {2}, dims));
    entries.add(nbits(name, shape.maxCode()));
    entries.add(integer(name, "group_size", shape.groups().size()));
    entries.add(integer(name, "axis", shape.groups().axis()));
    entries.add(text(name, HqqLayout.PACKING, packing.reference()));
    entries.add(text(name, HqqLayout.WORD, HqqLayout.torchName(packing)));
    entries.add(text(name, HqqLayout.COMPUTE, HqqLayout.torchName(compute)));
    entries.add(flag(name, HqqLayout.VIEW_AS_FLOAT, false));
    entries.add(flag(name, "quant_scale", false));
    entries.add(flag(name, "quant_zero", false));
    entries.add(flag(name, "offload_meta", false));
    entries.add(flag(name, HqqLayout.ENCODED, true));
    // How the layer came about; the reference needs the keys but not their truth to compute.
    entries.add(flag(name, "stores_quant_config", true));
    entries.add(flag(name, "channel_wise", true));
    entries.add(flag(name, "optimize", true));
    entries.add(flag(name, "round_zero", shape.maxCode() == 15));
    return entries;
  }

  private static TensorEntry parameters(
      String name, DType type, long[] shape, Supplier<HqqParameters> values, ComputeDtype compute) {
    return new TensorEntry(
        name,
        type,
        shape,
        out ->
            TensorEntry.ofFloats(name, type, shape, values.get().values(compute))
                .source()
                .writeTo(out));
  }

  private static TensorEntry nbits(String name, int maxCode) {
    if (maxCode == 2) {
      byte[] bytes = new byte[Float.BYTES];
      littleEndian(bytes).putFloat(HqqLayout.TERNARY);
      return TensorEntry.ofBytes(name + ".nbits", DType.F32, new long[0], bytes);
    }
    return integer(name, "nbits", Integer.SIZE - Integer.numberOfLeadingZeros(maxCode));
  }

  private static TensorEntry integer(String name, String key, int value) {
    byte[] bytes = new byte[Integer.BYTES];
    littleEndian(bytes).putInt(value);
    return TensorEntry.ofBytes(name + "." + key, DType.I32, new long[0], bytes);
  }

  private static TensorEntry text(String name, String key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    return TensorEntry.ofBytes(name + "." + key, DType.U8, new long[] {bytes.length}, bytes);
  }

  private static TensorEntry flag(String name, String key, boolean value) {
    return TensorEntry.ofBytes(
        name + "." + key, DType.U8, new long[0], new byte[] {(byte) (value ? 1 : 0)});
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
