package dev.pbq.workflow.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.export.ExportedTensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The weights of an export, as its model reads them, against those of its source. */
final class WeightComparison {
  private final TransformerModel model;
  private final Map<String, Double> stated;
  private final double largest;

  /**
   * A comparison.
   *
   * @param tensors what was stored, with the error of each
   */
  WeightComparison(TransformerModel model, List<ExportedTensor> tensors) {
    this.model = model;
    this.stated =
        tensors.stream()
            .collect(
                Collectors.toMap(ExportedTensor::name, t -> t.error().maxAbsolute(), Math::max));
    this.largest = stated.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /**
   * Requires every weight that the model needs to be within the error that is stated for its
   * tensor; for parts of a stack, within the largest of all.
   *
   * @throws PbqException NOT_FOUND if one is missing; BAD_DATA naming one that differs by more
   */
  void requireStated(WeightSource before, WeightSource after) {
    model.requireTensors(after, "the export");
    WeightSource meant = model.layout().view(before);
    WeightSource read = model.layout().view(after);
    for (String name : model.requiredTensors()) {
      float[] expected = meant.read(name);
      float[] actual = read.read(name);
      double allowed = stated.getOrDefault(name, largest);
      for (int i = 0; i < expected.length; i++) {
        if (!(Math.abs((double) expected[i] - actual[i]) <= allowed)) {
          throw PbqException.badData(
              "%s, weight %d: the export's model reads %s for %s, further off than the %s stated"
                  .formatted(name, i, actual[i], expected[i], allowed));
        }
      }
    }
  }
}
