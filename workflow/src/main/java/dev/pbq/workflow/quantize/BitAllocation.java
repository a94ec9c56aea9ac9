package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingRange;
import dev.pbq.core.quant.SettingType;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.workflow.allocate.ErrorCurve;
import dev.pbq.workflow.allocate.LayerCost;
import dev.pbq.workflow.allocate.RateAllocation;
import dev.pbq.workflow.allocate.Width;
import dev.pbq.workflow.allocate.WidthKnapsack;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Gives each linear a value of the method's setting {@code bits}: any number where the method takes
 * any, else one of its widths.
 */
final class BitAllocation {
  private static final String BITS = "bits";

  /** Continuous rates are at least this, or so much below the mean if that is less. */
  private static final double LEAST_RATE = 0.9;

  private static final double BELOW_MEAN = 0.6;

  /** And at most this, or so much above the mean if that is more. */
  private static final double MOST_RATE = 4;

  private static final double ABOVE_MEAN = 1.5;

  /** Below two bits a loss is not what the model of losses says. */
  private static final double NARROWEST = 2;

  private static final double WIDEST = 8;
  private static final ErrorCurve GRID = gridCurve();

  private final Methods registry;
  private final Recipe recipe;
  private final SettingDescription bits;
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
        registry.settings(method).stream()
            .filter(s -> s.name().equals(BITS))
            .findFirst()
            .orElseThrow(
                () ->
                    PbqException.setting(
                        "{allocate}: method %s has no setting {bits} to give to layers", method));
  }

  /** Whether an exception of the recipe already says what becomes of a linear. */
  boolean isFree(PlannedLinear linear) {
    return recipe.overrides().stream()
        .filter(o -> o.method().isPresent() || o.settings().has(BITS))
        .noneMatch(o -> Pattern.compile(o.layers()).matcher(linear.name()).find());
  }

  /**
   * Shares a budget.
   *
   * @param linears those that are free
   * @param costs of each, in their order
   * @return the value of {@code bits} of each, as a recipe has it
   * @throws PbqException USAGE if the budget is below the least that they can take
   */
  List<String> share(List<PlannedLinear> linears, List<LayerCost> costs, Budget budget) {
    return bits.type() == SettingType.NUMBER && bits.words().isEmpty()
        ? rates(linears, costs, budget)
        : widths(linears, costs, budget);
  }

  private List<String> rates(List<PlannedLinear> linears, List<LayerCost> costs, Budget budget) {
    if (recipe.allocation().widths() != null) {
      throw PbqException.setting(
          "{widths}: method %s takes any number of bits", recipe.requireMethod());
    }
    double weights = costs.stream().mapToDouble(LayerCost::weights).sum();
    double mean = budget.bits() / weights;
    double least = Math.max(bound(true), Math.min(LEAST_RATE, mean - BELOW_MEAN));
    double most = Math.min(bound(false), Math.max(MOST_RATE, mean + ABOVE_MEAN));
    double[] low = new double[costs.size()];
    double[] high = new double[costs.size()];
    double floor = 0;
    for (int i = 0; i < low.length; i++) {
      low[i] = leastRate(linears.get(i), least);
      high[i] = Math.max(low[i], most);
      floor += low[i] * costs.get(i).weights();
    }
    budget.require(floor, linears);
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

  private double bound(boolean least) {
    Optional<SettingRange> range = bits.range();
    return range
        .map(SettingRange::intervals)
        .map(all -> least ? all.get(0).min() : all.get(all.size() - 1).max())
        .orElse(least ? 0 : WIDEST);
  }

  /** The lowest rate, in steps of a tenth, that a layer's shape allows. */
  private double leastRate(PlannedLinear linear, double from) {
    double rate = from;
    while (true) {
      try {
        quantizer(linear.name(), Double.toString(rate))
            .checkFits(linear.name(), linear.rows(), linear.cols());
        return rate;
      } catch (PbqException e) {
        if (rate >= MOST_RATE) {
          throw e;
        }
        rate = Math.rint(10 * rate + 1) / 10;
      }
    }
  }

  private List<String> widths(List<PlannedLinear> linears, List<LayerCost> costs, Budget budget) {
    Map<Double, String> offered = offered();
    List<List<Width>> widths = new ArrayList<>();
    double floor = 0;
    for (PlannedLinear linear : linears) {
      List<Width> own = new ArrayList<>();
      offered.forEach(
          (width, text) ->
              own.add(
                  new Width(
                      width,
                      quantizer(linear.name(), text)
                          .estimateStoredBits(linear.rows(), linear.cols()))));
      widths.add(own);
      floor += own.get(0).stored();
    }
    budget.require(floor, linears);
    List<String> texts = List.copyOf(offered.values());
    List<String> chosen = new ArrayList<>();
    double weights = costs.stream().mapToDouble(LayerCost::weights).sum();
    List<LayerCost> ofGrids = costs.stream().map(c -> ofGrid(c, budget.bits() / weights)).toList();
    for (int index : WidthKnapsack.widths(ofGrids, widths, (long) budget.bits())) {
      chosen.add(texts.get(index));
    }
    return chosen;
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

  /** Widths in increasing order, as settings have them. */
  private Map<Double, String> offered() {
    Map<Double, String> all = new TreeMap<>();
    AllocationChoice choice = recipe.allocation();
    if (choice.widths() != null) {
      for (String width : choice.widths().split(",", -1)) {
        all.put(number(width), width.strip());
      }
      return all;
    }
    if (bits.words().isEmpty()) {
      for (int width = (int) NARROWEST; width <= WIDEST; width++) {
        int candidate = width;
        if (bits.range().map(r -> r.contains(candidate)).orElse(true)) {
          all.put((double) width, Integer.toString(width));
        }
      }
    } else {
      bits.words().forEach(word -> all.put(number(word), word));
      all.keySet().removeIf(width -> width < NARROWEST);
    }
    return all;
  }

  private static double number(String width) {
    try {
      return Double.parseDouble(width.strip());
    } catch (NumberFormatException e) {
      throw PbqException.setting("{widths}: '%s' is no width", width);
    }
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
    SettingValues.put(settings, BITS, width);
    return new LayerOverride(layers, Optional.empty(), settings);
  }
}
