package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every linear that will be quantized, block by block, and the tables outside of the blocks, all
 * checked against their methods' settings before any weight is read.
 *
 * @param blocks one entry per decoder block of the model, in order
 * @param tables embedding and head, where they are quantized; they come before the blocks, so that
 *     calibration windows enter the first block as they will when the result is used
 * @param targets what the outputs of calibrated linears are fitted to
 */
public record QuantizationPlan(
    List<PlannedBlock> blocks, List<PlannedTable> tables, Targets targets) {
  /** How many layer names an error lists before it only counts. */
  private static final int NAMED_IN_ERRORS = 4;

  private static final String TABLE_PROBLEM =
      "%s; {embeddingMethod} and {headMethod} take settings behind the name: hqq,groupsize:32";

  public QuantizationPlan {
    blocks = List.copyOf(blocks);
    tables = List.copyOf(tables);
  }

  /**
   * Plans a run. Each block is calibrated in one round: all of its Hessians are those of the
   * unquantized block.
   *
   * @param method gives each linear (full name) its quantizer
   * @throws PbqException USAGE if no linear is selected, if settings do not fit some layers
   *     (named), or if a method is calibrated and the model is not causal
   */
  public static QuantizationPlan of(
      TransformerModel model, LinearSelection selection, Function<String, Quantizer> method) {
    return of(model, selection, method, List.of());
  }

  /**
   * As the other, with tables outside of the blocks. Where there are any, no linear need be
   * selected.
   *
   * @throws PbqException as the other, also for tables
   */
  public static QuantizationPlan of(
      TransformerModel model,
      LinearSelection selection,
      Function<String, Quantizer> method,
      List<PlannedTable> tables) {
    List<PlannedBlock> blocks = new ArrayList<>();
    for (int b = 0; b < model.blocks(); b++) {
      List<PlannedInput> inputs = new ArrayList<>();
      for (LinearInput input : model.linearInputs(b)) {
        List<PlannedLinear> linears = new ArrayList<>();
        for (Linear linear : input.linears()) {
          if (selection.selects(b, linear.name())) {
            linears.add(new PlannedLinear(linear, method.apply(linear.name())));
          }
        }
        if (!linears.isEmpty()) {
          inputs.add(new PlannedInput(input, linears));
        }
      }
      blocks.add(
          new PlannedBlock(b, inputs.isEmpty() ? List.of() : List.of(new PlannedRound(inputs))));
    }
    QuantizationPlan plan = new QuantizationPlan(blocks, tables, Targets.ORIGINAL);
    if (tables.isEmpty() && plan.linears().findAny().isEmpty()) {
      throw PbqException.setting(
          "no linear layer is selected: check {minlayer}, {maxlayer}, {quantOnly}, {invert},"
              + " {skip}");
    }
    plan.checkFits();
    if (!(model instanceof CausalModel)) {
      plan.checkDataFree(model.architecture());
    }
    return plan;
  }

  /**
   * The same linears, calibrated one input after the other: every Hessian is that of a block whose
   * earlier linears are quantized (GPTQ's reference program's true-sequential mode).
   *
   * @throws PbqException USAGE if no linear's method is calibrated
   */
  public QuantizationPlan trueSequential() {
    if (!calibratesLinears()) {
      throw PbqException.setting(
          "{trueSequential} is of no use with %s and these settings: nothing is calibrated",
          methods());
    }
    return new QuantizationPlan(
        blocks.stream()
            .map(
                block ->
                    new PlannedBlock(
                        block.index(),
                        block.inputs().map(input -> new PlannedRound(List.of(input))).toList()))
            .toList(),
        tables,
        targets);
  }

  /**
   * The same linears, one input after the other as {@link #trueSequential} has them, each fitted to
   * what the original model gives, not to what its own weight gives of the quantized model's
   * inputs.
   *
   * @throws PbqException USAGE if no linear's method is calibrated
   */
  public QuantizationPlan quantizedTargets() {
    if (!calibratesLinears()) {
      throw PbqException.setting(
          "{targets} quantized is of no use with %s and these settings: nothing is calibrated",
          methods());
    }
    return new QuantizationPlan(trueSequential().blocks(), tables, Targets.QUANTIZED);
  }

  /**
   * The same linears for block-wise error correction: one input after the other, but all experts of
   * a mixture in one round, as each round is trained after.
   *
   * @throws PbqException USAGE if no linear's method is calibrated
   */
  public QuantizationPlan corrected() {
    if (!calibratesLinears()) {
      throw PbqException.setting(
          "{blockwise} trains on calibration windows, and %s with these settings takes none",
          methods());
    }
    return new QuantizationPlan(
        blocks.stream().map(b -> new PlannedBlock(b.index(), correctedRounds(b))).toList(),
        tables,
        targets);
  }

  private static List<PlannedRound> correctedRounds(PlannedBlock block) {
    List<PlannedRound> rounds = new ArrayList<>();
    List<PlannedInput> experts = new ArrayList<>();
    for (PlannedInput input : (Iterable<PlannedInput>) block.inputs()::iterator) {
      if (input.input().routed()) {
        experts.add(input);
        continue;
      }
      if (!experts.isEmpty()) {
        rounds.add(new PlannedRound(experts));
        experts.clear();
      }
      rounds.add(new PlannedRound(List.of(input)));
    }
    if (!experts.isEmpty()) {
      rounds.add(new PlannedRound(experts));
    }
    return rounds;
  }

  /**
   * The same, but of the blocks only the first in which something is quantized.
   *
   * @throws IllegalStateException if there is none
   */
  public QuantizationPlan firstBlock() {
    int first =
        linears().mapToInt(l -> l.linear().block()).min().orElseThrow(IllegalStateException::new);
    return new QuantizationPlan(
        blocks.stream()
            .map(b -> b.index() == first ? b : new PlannedBlock(b.index(), List.of()))
            .toList(),
        tables,
        targets);
  }

  private String methods() {
    return linears().map(l -> l.quantizer().name()).distinct().collect(Collectors.joining(", "));
  }

  public Stream<PlannedLinear> linears() {
    return blocks.stream().flatMap(PlannedBlock::linears);
  }

  /** Whether calibration windows must run through the model. */
  public boolean needsCalibration() {
    return calibratesLinears() || tables.stream().anyMatch(PlannedTable::needsHessian);
  }

  /** Whether they must for linears of the blocks. */
  public boolean calibratesLinears() {
    return blocks.stream().anyMatch(PlannedBlock::needsHessian);
  }

  /**
   * How often at most a block is calibrated beyond once for each round, as the Hessians of its
   * inputs are too large to be held together.
   *
   * @param memory how many may be
   */
  public int extraPasses(RunMemory memory) {
    return blocks.stream()
        .mapToInt(b -> b.passes(memory.passes()).size() - b.rounds().size())
        .max()
        .orElse(0);
  }

  /** Weights that will be quantized. */
  public long weights() {
    return linears().mapToLong(PlannedLinear::weights).sum();
  }

  /** Bits per weight over all planned linears as the methods' papers count them. */
  public double paperBits() {
    double bits =
        linears().mapToDouble(l -> l.quantizer().paperBits(l.rows(), l.cols()) * l.weights()).sum();
    return weights() == 0 ? 0 : bits / weights();
  }

  /** Estimated stored bits of all planned linears. */
  public long estimatedStoredBits() {
    return linears().mapToLong(l -> l.quantizer().estimateStoredBits(l.rows(), l.cols())).sum();
  }

  /** Estimated stored bits of the tables outside of the blocks. */
  public long estimatedTableBits() {
    return tables.stream().mapToLong(PlannedTable::estimatedStoredBits).sum();
  }

  /** Calibration windows are consecutive text, which models of whole texts were not made for. */
  private void checkDataFree(String architecture) {
    Stream.concat(
            linears().map(PlannedLinear::quantizer), tables.stream().map(PlannedTable::quantizer))
        .filter(q -> q.calibrationNeed() != CalibrationNeed.NONE)
        .findFirst()
        .ifPresent(
            q -> {
              throw PbqException.usage(
                  q.name()
                      + " with these settings is calibrated on running text, which "
                      + architecture
                      + " models do not take: use a method without calibration, such as rtn, hqq or"
                      + " bfp");
            });
  }

  private void checkFits() {
    List<Wording> problems = new ArrayList<>();
    for (PlannedTable t : tables) {
      List<Wording> own = new ArrayList<>();
      collect(() -> t.quantizer().checkFits(t.name(), t.table().rows(), t.table().cols()), own);
      own.forEach(problem -> problems.add(Wording.of(TABLE_PROBLEM, problem)));
    }
    linears()
        .forEach(
            l -> collect(() -> l.quantizer().checkFits(l.name(), l.rows(), l.cols()), problems));
    if (!problems.isEmpty()) {
      Wording named =
          Wording.join("; ", problems.subList(0, Math.min(NAMED_IN_ERRORS, problems.size())));
      int more = problems.size() - NAMED_IN_ERRORS;
      throw PbqException.usage(
          more > 0 ? Wording.of("%s; and %s more layers", named, more) : named);
    }
  }

  private static void collect(Runnable check, List<Wording> problems) {
    try {
      check.run();
    } catch (PbqException e) {
      if (e.kind() != PbqException.Kind.USAGE) {
        throw e;
      }
      problems.add(e.wording());
    }
  }
}
