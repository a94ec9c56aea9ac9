package dev.pbq.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.util.Locale;

/** The floating-point types that tensors are exported in. */
public final class FloatTypes {
  private FloatTypes() {}

  /**
   * The type that a user names.
   *
   * @throws PbqException USAGE if there is none of this name
   */
  public static DType parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f16", "fp16", "float16" -> DType.F16;
      case "bf16", "bfloat16" -> DType.BF16;
      case "f32", "fp32", "float32" -> DType.F32;
      default -> throw PbqException.setting("{dtype} %s is not one of f16, bf16, f32", name);
    };
  }

  /** What {@code torch_dtype} calls a type. */
  public static String torchName(DType type) {
    return switch (type) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F32 -> "float32";
      default -> throw new IllegalArgumentException("no type to export weights in: " + type);
    };
  }

  /** The nearest value of a type, half to even. */
  public static float round(DType type, float value) {
    return switch (type) {
      case F16 -> Half.round(value);
      case BF16 -> Half.bfloatToFloat(Half.bfloatFromFloat(value));
      case F32 -> value;
      default -> throw new IllegalArgumentException("no type to export weights in: " + type);
    };
  }

  /**
   * Refuses values that a type would turn into infinity.
   *
   * @throws PbqException NUMERICAL naming the tensor
   */
  public static void requireHeld(DType type, String tensor, float[] values, int count) {
    for (int i = 0; i < count; i++) {
      if (Float.isInfinite(round(type, values[i]))) {
        throw PbqException.numerical(
            "tensor "
                + tensor
                + " holds "
                + values[i]
                + ", which "
                + torchName(type)
                + " turns into infinity: export it as bf16 or f32");
      }
    }
  }
}
