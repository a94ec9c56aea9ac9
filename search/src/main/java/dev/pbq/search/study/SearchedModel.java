package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.formats.config.Architecture;
import dev.pbq.search.sampler.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The facts about a model that a search needs.
 *
 * @param model the model, without weights
 * @param architecture decides which operations there are
 * @param linears full names of the linears of each layer, by path within the layer
 * @param target what the search's space is laid out over
 */
public record SearchedModel(
    CausalModel model,
    Architecture architecture,
    List<Map<String, String>> linears,
    Target target) {
  /**
   * Reads a folder's structure.
   *
   * @throws PbqException USAGE if it is quantized already, no causal model, or of an architecture
   *     without formats; BAD_DATA for an architecture or a setting that is not supported
   */
  public static SearchedModel open(ModelFolder folder) {
    if (Checkpoints.quantizedBy(folder).isPresent()) {
      throw PbqException.usage(
          folder.shown() + " is quantized already; search takes a dense model");
    }
    return of(Architectures.of(folder.config(), folder.path().toString()));
  }

  /**
   * Reads the model's structure.
   *
   * @throws PbqException USAGE for an architecture without formats
   */
  public static SearchedModel of(CausalModel model) {
    Architecture architecture =
        Architecture.of(model.architecture())
            .orElseThrow(
                () ->
                    PbqException.usage(
                        "search: there are no formats for " + model.architecture() + " models"));
    List<Map<String, String>> layers = new ArrayList<>();
    Set<String> biased = new LinkedHashSet<>();
    for (int b = 0; b < model.blocks(); b++) {
      Map<String, String> names = new LinkedHashMap<>();
      for (LinearInput input : model.linearInputs(b)) {
        for (Linear linear : input.linears()) {
          String path = architecture.path(linear.role());
          names.put(path, linear.name());
          if (linear.bias()) {
            biased.add(path);
          }
        }
      }
      layers.add(names);
    }
    return new SearchedModel(
        model, architecture, layers, new Target(architecture, model.blocks(), biased));
  }
}
