package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.sensitivity.LinearSensitivity;
import dev.pbq.eval.sensitivity.Probe;
import dev.pbq.eval.sensitivity.SensitivityMeasurement;
import dev.pbq.eval.sensitivity.SensitivityProgress;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.Texts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The sensitivities of a model's linears, and of its embedding and head, measured into a file: what
 * each costs when it alone is quantized ({@code docs/allocation.md}). A file that was begun with
 * the same model, windows and probe is continued.
 *
 * @param resolved the model
 * @param recipe which linears, calibration windows and probe; its method does not count
 * @param texts where the calibration text is found
 * @param threads for arithmetic, at least 1
 */
public record SensitivityRun(ResolvedModel resolved, Recipe recipe, Texts texts, int threads) {
  public SensitivityRun {
    texts = texts.withTextField(recipe.textField());
  }

  /** The cheapest of calibrated methods at any rate. */
  private static final String PROBE = "ecq";

  /** Rates at which a linear's own error is measured too, in rates of the probe. */
  private static final double[] OTHER_RATES = {0.6667, 1.5, 2.25};

  /**
   * Tables need more bits than linears for the same loss: rate of the probe, in that of linears.
   */
  private static final double TABLE_RATE = 2;

  /** Other rates of tables, in rates of their probe. */
  private static final double[] OTHER_TABLE_RATES = {0.6667, 1.5, 2};

  private static final double LEAST_BITS = 0.5;
  private static final double MOST_BITS = 6;

  /**
   * Measures linears of a model that are quantized by calibration, and its embedding and head.
   *
   * @param file what is made, or continued
   * @return how many layers the file has
   * @throws PbqException as {@link RecipeRun#open}; USAGE if the model is not causal; NUMERICAL
   *     naming a layer
   */
  public int measure(Path file, ProgressListener progress) {
    Recipe probe = recipe.withMethod(PROBE, ofLinears(false)).withAllocation(AllocationChoice.NONE);
    try (RecipeRun run = RecipeRun.open(resolved, probe, texts, threads)) {
      QuantizationJob job = run.job();
      return measure(job, job.vocabulary(), false, file, false, progress).size();
    }
  }

  /**
   * Measures the linears of a plan.
   *
   * @param tables measured too
   * @param dataFree whether nothing is calibrated
   * @param replace whether a file of something else is replaced
   */
  Sensitivities measure(
      QuantizationJob job,
      List<VocabularyTable> tables,
      boolean dataFree,
      Path file,
      boolean replace,
      ProgressListener progress) {
    if (!(job.model() instanceof CausalModel)) {
      throw PbqException.setting(
          "sensitivities are distances between distributions over the next token, which %s models"
              + " do not have",
          job.model().architecture());
    }
    Calibration windows =
        new CalibrationDraw(resolved, job.model(), texts, recipe.tokens())
            .draw(recipe.calibration(), job::tellVocabulary);
    Methods registry = Methods.load();
    ObjectNode settings = registry.configure(PROBE, ofLinears(dataFree)).settings();
    int probed = Math.min(recipe.allocation().probeWindows(), windows.windows().length);
    OutputFolders.create("out", file.toAbsolutePath().getParent());
    Sensitivities found =
        Sensitivities.continued(
            file,
            Sensitivities.Header.of(job.weightsFingerprint(), windows, probed, PROBE, settings),
            replace);
    Set<String> missing =
        job.plan()
            .linears()
            .map(l -> l.name())
            .filter(name -> !found.has(name))
            .collect(Collectors.toSet());
    Map<VocabularyTable, Probe> outside = new LinkedHashMap<>();
    for (VocabularyTable table : tables) {
      if (!found.has(table.name())) {
        ObjectNode own = registry.tableSettings(PROBE, !dataFree && table.use().isHead());
        outside.put(table, probe(own, TABLE_RATE, OTHER_TABLE_RATES));
      }
    }
    if (missing.isEmpty() && outside.isEmpty()) {
      return found;
    }
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Running running = Running.of(threads, 0);
    Probe linears = probe(ofLinears(dataFree), 1, OTHER_RATES);
    try (OpenModel model = OpenModel.open(folder, Optional.empty(), recipe.tokens(), running)) {
      SensitivityMeasurement measurement =
          new SensitivityMeasurement(
              model.model(), model.weights(), linears, outside, probed, running.scratch());
      model.run(
          manager -> {
            measurement.run(
                windows.windows(),
                linear -> missing.contains(linear.name()),
                manager,
                into(found, progress));
            return found;
          });
    }
    return found;
  }

  private static SensitivityProgress into(Sensitivities found, ProgressListener progress) {
    return new SensitivityProgress() {
      @Override
      public void measured(LinearSensitivity sensitivity) {
        found.add(sensitivity);
      }

      @Override
      public void done(int block, int blocks, double share) {
        progress.measuring(block, blocks, share);
      }
    };
  }

  /**
   * The probe with settings.
   *
   * @param factor its rate, in rates of the recipe
   * @param others further rates, in its own; all within what the method takes
   */
  private Probe probe(ObjectNode settings, double factor, double[] others) {
    double rate = Math.min(MOST_BITS, factor * recipe.allocation().probeBits());
    List<Quantizer> further = new ArrayList<>();
    for (double other : others) {
      further.add(quantizer(settings, Math.max(LEAST_BITS, Math.min(MOST_BITS, other * rate))));
    }
    return new Probe(quantizer(settings, rate), further);
  }

  private static Quantizer quantizer(ObjectNode settings, double bits) {
    ObjectNode all = settings.deepCopy();
    all.put("bits", bits);
    all.put("states", 1);
    return Methods.load().configure(PROBE, all).quantizer();
  }

  private ObjectNode ofLinears(boolean dataFree) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("bits", recipe.allocation().probeBits());
    settings.put("states", 1);
    settings.put("dataFree", dataFree);
    return settings;
  }
}
