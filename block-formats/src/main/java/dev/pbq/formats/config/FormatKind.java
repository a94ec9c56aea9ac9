package dev.pbq.formats.config;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.formats.arithmetic.ExponentBias;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/** The formats by their names in configurations, with the parameters that each needs. */
enum FormatKind {
  BLOCK_FP("block_fp", "width exponent_width exponent_bias block_size"),
  BLOCK_MINIFLOAT("block_minifloat", "width exponent_width exponent_bias_width block_size"),
  BLOCK_LOG("block_log", "width exponent_bias_width block_size"),
  MINIFLOAT_IEEE("minifloat_ieee", "width exponent_width exponent_bias"),
  MINIFLOAT_DENORM("minifloat_denorm", "width exponent_width exponent_bias"),
  LOG("log", "width exponent_bias"),
  INTEGER("integer", "width frac_width");

  /** The one parameter that is not a number. */
  static final String BLOCK_SIZE = "block_size";

  /** The one parameter that may be none. */
  static final String EXPONENT_BIAS = "exponent_bias";

  private final String id;
  private final String parameters;

  FormatKind(String id, String parameters) {
    this.id = id;
    this.parameters = parameters;
  }

  String id() {
    return id;
  }

  /** What follows {@code data_in_}, {@code weight_}, {@code bias_} in the keys of this format. */
  List<String> parameters() {
    return List.of(parameters.split(" ", -1));
  }

  static List<String> ids() {
    return Arrays.stream(values()).map(FormatKind::id).toList();
  }

  static Optional<FormatKind> of(String id) {
    return Arrays.stream(values()).filter(k -> k.id.equals(id)).findFirst();
  }

  /**
   * Makes the format.
   *
   * @param number gives a parameter by its name
   * @param bias the exponent bias; without one, half of the exponents are below 0
   * @throws IllegalArgumentException naming a parameter that is out of range
   */
  NumberFormat create(ToIntFunction<String> number, OptionalInt bias) {
    int width = number.applyAsInt("width");
    return switch (this) {
      case INTEGER -> new FixedPoint(width, number.applyAsInt("frac_width"), true);
      case LOG -> new Logarithm(width, bias.orElse(ExponentBias.half(width - 1)));
      case MINIFLOAT_IEEE -> {
        int exponentWidth = number.applyAsInt("exponent_width");
        yield new MiniFloat(width, exponentWidth, bias.orElse(ExponentBias.half(exponentWidth)));
      }
      case MINIFLOAT_DENORM -> {
        int exponentWidth = number.applyAsInt("exponent_width");
        yield new DenormFloat(width, exponentWidth, bias.orElse(ExponentBias.half(exponentWidth)));
      }
      case BLOCK_FP -> {
        int exponentWidth = number.applyAsInt("exponent_width");
        yield new BlockFloat(width, exponentWidth, bias.orElse(ExponentBias.half(exponentWidth)));
      }
      case BLOCK_MINIFLOAT ->
          new BlockMiniFloat(
              width, number.applyAsInt("exponent_width"), number.applyAsInt("exponent_bias_width"));
      case BLOCK_LOG -> new BlockLogarithm(width, number.applyAsInt("exponent_bias_width"));
    };
  }
}
