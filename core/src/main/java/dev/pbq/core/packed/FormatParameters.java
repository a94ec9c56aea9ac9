package dev.pbq.core.packed;

import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The attributes that describe a number format besides its name and width, in the order in which
 * they are stored.
 */
enum FormatParameters implements NumberFormat.Cases<Map<String, Integer>> {
  INSTANCE;

  static final String FRAC_WIDTH = "frac_width";
  static final String EXPONENT_WIDTH = "exponent_width";
  static final String EXPONENT_BIAS = "exponent_bias";
  static final String EXPONENT_BIAS_WIDTH = "exponent_bias_width";

  @Override
  public Map<String, Integer> fixedPoint(FixedPoint f) {
    return Map.of(FRAC_WIDTH, f.fracWidth());
  }

  @Override
  public Map<String, Integer> logarithm(Logarithm f) {
    return Map.of(EXPONENT_BIAS, f.bias());
  }

  @Override
  public Map<String, Integer> miniFloat(MiniFloat f) {
    return ordered(EXPONENT_WIDTH, f.exponentWidth(), EXPONENT_BIAS, f.bias());
  }

  @Override
  public Map<String, Integer> denormFloat(DenormFloat f) {
    return ordered(EXPONENT_WIDTH, f.exponentWidth(), EXPONENT_BIAS, f.bias());
  }

  @Override
  public Map<String, Integer> blockFloat(BlockFloat f) {
    return ordered(EXPONENT_WIDTH, f.exponentWidth(), EXPONENT_BIAS, f.bias());
  }

  @Override
  public Map<String, Integer> blockMiniFloat(BlockMiniFloat f) {
    return ordered(EXPONENT_WIDTH, f.exponentWidth(), EXPONENT_BIAS_WIDTH, f.biasWidth());
  }

  @Override
  public Map<String, Integer> blockLogarithm(BlockLogarithm f) {
    return Map.of(EXPONENT_BIAS_WIDTH, f.biasWidth());
  }

  private static Map<String, Integer> ordered(String a, int valueA, String b, int valueB) {
    Map<String, Integer> parameters = new LinkedHashMap<>();
    parameters.put(a, valueA);
    parameters.put(b, valueB);
    return parameters;
  }
}
