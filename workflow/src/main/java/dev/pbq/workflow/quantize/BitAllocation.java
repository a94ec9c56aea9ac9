package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.workflow.allocate.ErrorCurve;
import dev.pbq.workflow.allocate.LayerCost;
import dev.pbq.workflow.allocate.RateAllocation;
import dev.pbq.workflow.allocate.Width;
import dev.pbq.workflow.allocate.WidthKnapsack;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Gives each linear, and each table outside of the blocks that takes part, a value of its method's
 * setting {@code bits}: any number where the method takes any, else one of its widths.
 */
final class BitAllocation {
  /** Continuous rates are at least this, or so much below the mean if that is less. */
  private static final double LEAST_RATE = 0.9;

  private static final double BELOW_MEAN = 0.6;

  /** And at most this, or so much above the mean if that is more. */
  private static final double MOST_RATE = 4;

  private static final double ABOVE_MEAN = 1.5;
  private static final int WIDEST = 8;
  private static final ErrorCurve GRID = gridCurve();

  private final Methods registry;
  private final Recipe recipe;
  private final BitSetting bits;
  private final Map<String, LayerMethods> byWidth = new LinkedHashMap<>();

  /**
   * For a recipe.
   *
   * @throws PbqException USAGE if its method cannot be asked for bits
   */
  BitAllocation(Methods registry, Recipe recipe) {
    this.registry = registry;
    this.recipe = recipe;
    String method = recipe.requireMethod();
    this.bits =
        BitSetting.of(registry, method)
            .orElseThrow(
                () ->
                    PbqException.setting(
                        "{allocate}: method %s has no setting {bits} to give to layers", method));
    if (bits.isContinuous() && recipe.allocation().widths() != null) {
      throw PbqException.setting("{widths}: method %s takes any number of bits", method);
    }
  }

  /**
   * The linears of a plan that no exception of the recipe says anything of, and the tables that
   * take part.
   *
   * @throws PbqException USAGE for a table whose method takes widths where the linears' takes any
   *     number
   */
  List<AllocatedLayer> layers(QuantizationPlan plan, TableMethods tables) {
    String given = recipe.allocation().widths();
    Map<Double, String> widths = given == null ? bits.widths() : BitSetting.widths(given);
    List<AllocatedLayer> layers = new ArrayList<>();
    plan.linears()
        .filter(this::isFree)
        .forEach(
            l ->
                layers.add(
                    new AllocatedLayer(
                        l.name(),
                        l.rows(),
                        l.cols(),
                        l.quantizer(),
                        bits.isContinuous(),
                        widths,
                        width -> quantizer(l.name(), width))));
    plan.tables().stream()
        .filter(t -> tables.isFree(t.table()))
        .forEach(t -> layers.add(tables.layer(t, bits)));
    return layers;
  }

  /** Whether no exception of the recipe already says what becomes of a linear. */
  private boolean isFree(PlannedLinear linear) {
    return recipe.overrides().stream()
        .filter(o -> o.method().isPresent() || o.settings().has(BitSetting.NAME))
        .noneMatch(o -> Pattern.compile(o.layers()).matcher(linear.name()).find());
  }

  /**
   * Shares a budget.
   *
   * @param layers those that are free
   * @param costs of each, in their order
   * @return the value of {@code bits} of each, as a recipe has it
   * @throws PbqException USAGE if the budget is below the least that they can take
   */
  List<String> share(List<AllocatedLayer> layers, List<LayerCost> costs, Budget budget) {
    return bits.isContinuous() ? rates(layers, costs, budget) : widths(layers, costs, budget);
  }

  private List<String> rates(List<AllocatedLayer> layers, List<LayerCost> costs, Budget budget) {
    double weights = costs.stream().mapToDouble(LayerCost::weights).sum();
    double mean = budget.bits() / weights;
    double least = Math.max(bits.least(), Math.min(LEAST_RATE, mean - BELOW_MEAN));
    double most = Math.min(bits.most(), Math.max(MOST_RATE, mean + ABOVE_MEAN));
    double[] low = new double[costs.size()];
    double[] high = new double[costs.size()];
    double floor = 0;
    for (int i = 0; i < low.length; i++) {
      low[i] = leastRate(layers.get(i), least);
      high[i] = Math.max(low[i], most);
      floor += low[i] * costs.get(i).weights();
    }
    budget.require(floor, weights);
    List<String> rates = new ArrayList<>();
    for (double rate : RateAllocation.rates(costs, low, high, budget.bits())) {
      rates.add(
          BigDecimal.valueOf(rate)
              .setScale(3, RoundingMode.HALF_EVEN)
              .stripTrailingZeros()
              .toPlainString());
    }
    return rates;
  }

  /** The lowest rate, in steps of a tenth, that a layer's shape allows. */
  private static double leastRate(AllocatedLayer layer, double from) {
    double rate = from;
    while (true) {
      try {
        layer.checkFits(Double.toString(rate));
        return rate;
      } catch (PbqException e) {
        if (rate >= MOST_RATE) {
          throw e;
        }
        rate = Math.rint(10 * rate + 1) / 10;
      }
    }
  }

  private static List<String> widths(
      List<AllocatedLayer> layers, List<LayerCost> costs, Budget budget) {
    List<List<Width>> widths = new ArrayList<>();
    double floor = 0;
    for (AllocatedLayer layer : layers) {
      List<Width> own = new ArrayList<>();
      layer.widths().forEach((width, text) -> own.add(new Width(width, layer.bits(text))));
      widths.add(own);
      floor += own.get(0).stored();
    }
    double weights = costs.stream().mapToDouble(LayerCost::weights).sum();
    budget.require(floor, weights);
    List<LayerCost> ofGrids = costs.stream().map(c -> ofGrid(c, budget.bits() / weights)).toList();
    int[] chosen = WidthKnapsack.widths(ofGrids, widths, (long) budget.bits());
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      texts.add(List.copyOf(layers.get(i).widths().values()).get(chosen[i]));
    }
    return texts;
  }

  /** A layer at the budget's mean, from where its loss goes with the step of a grid. */
  private static LayerCost ofGrid(LayerCost layer, double mean) {
    return new LayerCost(layer.name(), layer.weights(), layer.at(mean), mean, GRID);
  }

  /** Squared steps of grids of 2^b numbers over one range. */
  private static ErrorCurve gridCurve() {
    List<Double> widths = new ArrayList<>();
    List<Double> errors = new ArrayList<>();
    for (int width = 1; width <= WIDEST; width++) {
      widths.add((double) width);
      errors.add(Math.pow(Math.pow(2, width) - 1, -2));
    }
    return new ErrorCurve(widths, errors);
  }

  /** The method of a linear as the recipe has it, with another width. */
  private Quantizer quantizer(String linear, String width) {
    return byWidth
        .computeIfAbsent(
            width,
            w -> {
              List<LayerOverride> overrides = new ArrayList<>(recipe.overrides());
              overrides.add(override(".*", w));
              return new LayerMethods(
                  registry, recipe.requireMethod(), RecipeRun.options(recipe), overrides);
            })
        .apply(linear);
  }

  /** An exception that gives layers their bits. */
  static LayerOverride override(String layers, String width) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    SettingValues.put(settings, BitSetting.NAME, width);
    return new LayerOverride(layers, Optional.empty(), settings);
  }
}
