package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.scoring.MeasuredModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Perplexities of model folders, dense or packed.
 *
 * @param tokens how texts become tokens
 * @param running what may be used of the machine
 * @param progress is called for every text
 */
public record PerplexityEvaluation(
    TokenChoice tokens, Running running, EvaluationProgress progress) {
  /**
   * Opens a folder, makes every measurement, closes the folder.
   *
   * @param name the model's name in the results
   * @param measurements texts, each with its protocol
   * @param format number formats that products are computed in; empty for float32
   * @return a result for every measurement, in their order
   * @throws PbqException as {@link OpenModel#open} and {@link PerplexityMeasurement#run} do
   */
  public List<PerplexityResult> run(
      String name,
      ModelFolder folder,
      List<? extends PerplexityMeasurement> measurements,
      Optional<? extends ProductFormat> format) {
    try (OpenModel open = OpenModel.open(folder, format, tokens, running)) {
      MeasuredModel model = open.measured(name);
      List<PerplexityResult> results = new ArrayList<>();
      for (PerplexityMeasurement measurement : measurements) {
        PerplexityResult result =
            open.run(
                manager -> measurement.run(model, manager, progress.begin(measurement.textName())));
        results.add(format.isPresent() ? result.withActFormat(format.get().label()) : result);
        progress.end();
      }
      return results;
    }
  }
}
