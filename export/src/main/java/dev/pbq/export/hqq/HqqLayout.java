package dev.pbq.export.hqq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.tensor.DType;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The safetensors layout of HQQ's reference program ({@code docs/methods/hqq.md}, section
 * "Checkpoints of the reference program"): a quantized linear is the tensors {@code
 * <linear>.<key>}, strings as bytes, flags as bytes 0 and 1.
 */
public final class HqqLayout implements ForeignLayout {
  static final String CODES = "W_q";
  static final String PACKING = "packing";
  static final String ENCODED = "encoded_state_dict";
  static final String COMPUTE = "compute_dtype";
  static final String WORD = "unpack_view_dtype";
  static final String VIEW_AS_FLOAT = "view_as_float";

  /** What the reference calls 1.58 bits, in the float32 that it stores. */
  static final float TERNARY = 1.58f;

  @Override
  public String name() {
    return HqqExporter.NAME;
  }

  @Override
  public String title() {
    return "HQQ";
  }

  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    Set<String> linears = new TreeSet<>(TensorNames.NATURAL_ORDER);
    String suffix = "." + CODES;
    for (String name : stored.names()) {
      if (name.endsWith(suffix)) {
        String linear = name.substring(0, name.length() - suffix.length());
        if (stored.find(linear + "." + PACKING).isPresent()
            || stored.find(linear + "." + ENCODED).isPresent()) {
          linears.add(linear);
        }
      }
    }
    return linears;
  }

  @Override
  public HqqLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    return HqqLayerReader.read(stored, linear);
  }

  /** The reference's name of a type, which it evaluates when it reads. */
  static String torchName(ComputeDtype type) {
    return switch (type) {
      case F32 -> "torch.float32";
      case F16 -> "torch.float16";
      case BF16 -> "torch.bfloat16";
    };
  }

  static String torchName(SlabPacking packing) {
    return packing.word() == DType.U8 ? "torch.uint8" : "torch.int32";
  }

  /** The type that scales and zero points are stored in. */
  static DType stored(ComputeDtype type) {
    return switch (type) {
      case F32 -> DType.F32;
      case F16 -> DType.F16;
      case BF16 -> DType.BF16;
    };
  }

  /** Rows of the grouped matrix, along which codes are packed. */
  static int groupedRows(HqqLinear linear) {
    int weights = linear.codes().length;
    return linear.groups().axis() == 0 ? linear.groups().size() : linear.groups().count(weights);
  }

  /**
   * Whether the layout holds a layer.
   *
   * @return the packing
   * @throws PbqException USAGE naming the layer if the reference would lose its codes
   */
  static SlabPacking requireHeld(String name, HqqLinear linear) {
    Optional<SlabPacking> packing = SlabPacking.of(linear.maxCode());
    if (packing.isEmpty()) {
      throw PbqException.usage(
          "layer " + name + ": codes up to " + linear.maxCode() + " have no width in HQQ's layout");
    }
    int rows = groupedRows(linear);
    if (!packing.get().holds(rows)) {
      throw PbqException.usage(
          "layer "
              + name
              + ": "
              + rows
              + (linear.groups().axis() == 0 ? " weights in a group" : " groups")
              + " are not a multiple of the "
              + packing.get().perWord()
              + " codes that HQQ's layout packs into a byte; its reader would lose codes silently");
    }
    return packing.get();
  }
}
