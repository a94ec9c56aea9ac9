package dev.pbq.export.hqq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TensorSource;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads linears that are stored in {@link HqqLayout}. Nothing in the file is trusted: names of
 * types are compared with the known ones, never evaluated.
 */
public final class HqqLayerReader {
  private static final int LONGEST_TEXT = 64;

  private final TensorSource source;
  private final String linear;

  private HqqLayerReader(TensorSource source, String linear) {
    this.source = source;
    this.linear = linear;
  }

  /**
   * Reads one layer.
   *
   * @param linear its full name as stored
   * @throws PbqException BAD_DATA naming the tensor that is missing or wrong
   */
  public static HqqLinear read(TensorSource source, String linear) {
    return new HqqLayerReader(source, linear).read();
  }

  private HqqLinear read() {
    if (present(HqqLayout.ENCODED) && !flag(HqqLayout.ENCODED)) {
      throw bad(HqqLayout.ENCODED, "is 0: only encoded state dictionaries can be read");
    }
    // Quantized parameters are never saved so; a file that claims them means something else.
    requireUnset("quant_scale");
    requireUnset("quant_zero");
    long[] dims = shape();
    int rows = (int) dims[0];
    int cols = (int) dims[1];
    int weights = rows * cols;
    int axis = integer("axis");
    if (axis != 0 && axis != 1) {
      throw bad("axis", "is " + axis + ", neither 0 nor 1");
    }
    int size = integer("group_size");
    if (size < 1 || weights % size != 0) {
      throw bad("group_size", "is " + size + ", which does not divide " + weights + " weights");
    }
    FlatGroups groups = new FlatGroups(axis, size);
    SlabPacking packing = packing();
    int maxCode = maxCode(packing);
    ComputeDtype compute = compute();
    int count = groups.count(weights);
    byte[] codes = codes(packing, axis == 0 ? size : count, axis == 0 ? count : size, compute);
    for (byte code : codes) {
      if ((code & 0xff) > maxCode) {
        throw bad(HqqLayout.CODES, "holds the code " + (code & 0xff) + " above " + maxCode);
      }
    }
    DType type = HqqLayout.stored(compute);
    float[] scale = parameters("scale", type, axis, count);
    float[] zero = parameters("zero", type, axis, count);
    return new HqqLinear(
        rows,
        cols,
        groups,
        maxCode,
        compute == ComputeDtype.F16 ? ScaleDtype.F16 : ScaleDtype.F32,
        compute,
        codes,
        new HqqParameters.Plain(scale),
        new HqqParameters.Plain(zero));
  }

  private long[] shape() {
    TensorInfo info = info("shape");
    if (info.dtype() != DType.I64 || !Arrays.equals(info.shape(), new long[] {2})) {
      throw bad("shape", "is " + info.dtype() + Arrays.toString(info.shape()) + ", not I64[2]");
    }
    ByteBuffer bytes = bytes("shape");
    long rows = bytes.getLong();
    long cols = bytes.getLong();
    boolean sane = rows >= 1 && cols >= 1 && rows <= Integer.MAX_VALUE && cols <= Integer.MAX_VALUE;
    if (!sane || rows * cols > Shapes.MAX_WEIGHTS) {
      throw bad("shape", "says " + rows + " x " + cols);
    }
    return new long[] {rows, cols};
  }

  private SlabPacking packing() {
    String name = text(HqqLayout.PACKING);
    SlabPacking packing =
        SlabPacking.named(name)
            .orElseThrow(() -> bad(HqqLayout.PACKING, "says '" + name + "', an unknown packing"));
    if (present(HqqLayout.WORD)) {
      String word = text(HqqLayout.WORD);
      if (!word.equals(HqqLayout.torchName(packing))) {
        throw bad(
            HqqLayout.WORD,
            "says '" + word + "' where " + name + " has " + HqqLayout.torchName(packing));
      }
    }
    return packing;
  }

  /** The reference itself turns 1.58 into 1 when it saves a layer that it has loaded. */
  private int maxCode(SlabPacking packing) {
    TensorInfo info = info("nbits");
    boolean fraction = info.dtype() == DType.F32 && info.shape().length == 0;
    float bits = fraction ? bytes("nbits").getFloat() : integer("nbits");
    boolean ternary =
        packing == SlabPacking.U8_2 && (bits == 1 || (fraction && bits == HqqLayout.TERNARY));
    int maxCode =
        ternary ? 2 : bits == Math.rint(bits) && bits >= 1 && bits <= 8 ? (1 << (int) bits) - 1 : 0;
    if (SlabPacking.of(maxCode).filter(packing::equals).isEmpty()) {
      throw bad("nbits", "is " + bits + ", which does not go with packing " + packing.reference());
    }
    return maxCode;
  }

  private ComputeDtype compute() {
    if (!present(HqqLayout.COMPUTE)) {
      return ComputeDtype.F16;
    }
    String name = text(HqqLayout.COMPUTE);
    for (ComputeDtype type : ComputeDtype.values()) {
      if (HqqLayout.torchName(type).equals(name)) {
        return type;
      }
    }
    throw bad(
        HqqLayout.COMPUTE,
        "says '" + name + "', not torch.float16, torch.bfloat16 or torch.float32");
  }

  private byte[] codes(SlabPacking packing, int rows, int cols, ComputeDtype compute) {
    if (!packing.holds(rows)) {
      throw bad(
          HqqLayout.CODES,
          "packs "
              + rows
              + " rows, not a multiple of "
              + packing.perWord()
              + ": the program that wrote it lost codes");
    }
    TensorInfo info = info(HqqLayout.CODES);
    boolean viewed = present(HqqLayout.VIEW_AS_FLOAT) && flag(HqqLayout.VIEW_AS_FLOAT);
    DType type = viewed ? HqqLayout.stored(compute) : packing.word();
    long wordRows = packing.wordRows(rows);
    long[] expected = {wordRows, (long) cols * packing.word().bytes() / type.bytes()};
    boolean whole = (long) cols * packing.word().bytes() % type.bytes() == 0;
    if (!whole || info.dtype() != type || !Arrays.equals(info.shape(), expected)) {
      throw bad(
          HqqLayout.CODES,
          "is "
              + info.dtype()
              + Arrays.toString(info.shape())
              + " where "
              + type
              + Arrays.toString(expected)
              + " belongs");
    }
    byte[] packed = new byte[Math.toIntExact(info.byteCount())];
    bytes(HqqLayout.CODES).get(packed);
    return packing.unpack(packed, rows, cols);
  }

  private float[] parameters(String key, DType type, int axis, int count) {
    TensorInfo info = info(key);
    long[] expected = axis == 0 ? new long[] {1, count} : new long[] {count, 1};
    if (info.dtype() != type || !Arrays.equals(info.shape(), expected)) {
      throw bad(
          key,
          "is "
              + info.dtype()
              + Arrays.toString(info.shape())
              + " where "
              + type
              + Arrays.toString(expected)
              + " belongs");
    }
    ByteBuffer bytes = bytes(key);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case F16 -> Half.toFloat(bytes.getShort());
            case BF16 -> Half.bfloatToFloat(bytes.getShort());
            default -> bytes.getFloat();
          };
      if (!Float.isFinite(values[i])) {
        throw bad(key, "holds " + values[i] + " for group " + i);
      }
    }
    return values;
  }

  private void requireUnset(String key) {
    if (present(key) && flag(key)) {
      throw bad(key, "is set: quantized scales and zero points cannot be read");
    }
  }

  private boolean flag(String key) {
    TensorInfo info = info(key);
    boolean known = info.dtype() == DType.U8 || info.dtype() == DType.BOOL;
    int value = known && info.byteCount() == 1 ? bytes(key).get() : -1;
    if (value != 0 && value != 1) {
      throw bad(key, "is not a flag 0 or 1");
    }
    return value == 1;
  }

  private int integer(String key) {
    TensorInfo info = info(key);
    if (info.dtype() == DType.I32 && info.elementCount() == 1) {
      return bytes(key).getInt();
    }
    if (info.dtype() == DType.I64 && info.elementCount() == 1) {
      long value = bytes(key).getLong();
      if (value == (int) value) {
        return (int) value;
      }
    }
    throw bad(key, "is not an integer");
  }

  private String text(String key) {
    TensorInfo info = info(key);
    if (info.dtype() != DType.U8 || info.byteCount() > LONGEST_TEXT) {
      throw bad(key, "is not a short text");
    }
    byte[] bytes = new byte[(int) info.byteCount()];
    bytes(key).get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private boolean present(String key) {
    return source.find(linear + "." + key).isPresent();
  }

  private TensorInfo info(String key) {
    return source.find(linear + "." + key).orElseThrow(() -> bad(key, "is missing"));
  }

  private ByteBuffer bytes(String key) {
    TensorInfo info = info(key);
    if (info.byteCount() > Integer.MAX_VALUE - 8) {
      throw bad(key, "is too large: " + info.byteCount() + " bytes");
    }
    return source.bytes(info.name(), 0, (int) info.byteCount());
  }

  private PbqException bad(String key, String what) {
    return PbqException.badData(
        "HQQ tensor "
            + TensorNames.printable(linear + "." + key)
            + " "
            + TensorNames.printable(what));
  }
}
