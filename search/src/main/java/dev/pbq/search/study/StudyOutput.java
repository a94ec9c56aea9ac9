package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.search.sampler.SearchSpace;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a study leaves: the front as CSV, SVG and PNG, the configuration of each of its
 * trials, and the best one with its recipe.
 *
 * @param folder where they go
 * @param model its name, for titles
 * @param linears full names of the linears of each layer, by path
 */
public record StudyOutput(
    Path folder, String model, SearchSpace space, List<Map<String, String>> linears) {
  /** The best configuration, for {@code --act-format}. */
  public static final String BEST = "best.toml";

  /** The best configuration, for {@code quantize --recipe}. */
  public static final String RECIPE = "best-recipe.toml";

  public StudyOutput {
    linears = List.copyOf(linears);
  }

  /**
   * What was written.
   *
   * @param front the front as CSV; its pictures have the same name
   * @param configurations the folder with the configuration of each trial of the front
   * @param best the best configuration; empty if there is none
   * @param recipe its recipe; empty if there is none, or it cannot be packed: packed weights have
   *     at most 8 bits, and some must be quantized
   */
  public record Written(
      Path front, Path configurations, Optional<Path> best, Optional<Path> recipe) {}

  /**
   * Writes all files; those of an earlier best configuration are removed if there is none now.
   *
   * @param best the best trial, if any is good enough
   * @throws PbqException NUMERICAL if no trial gave a finite result; RESOURCES if a file cannot be
   *     written
   */
  public Written write(StudyResult result, Optional<Measured> best) {
    if (result.front().isEmpty()) {
      throw PbqException.numerical("no trial gave a finite " + result.metric().label());
    }
    Path front = put("pareto.csv", FrontCsv.of(result, space.variables()));
    put("pareto.svg", FrontPicture.svg(model, result));
    AtomicFile.write(folder.resolve("pareto.png"), FrontPicture.png(model, result));
    Path configurations = folder.resolve("front");
    clear(configurations);
    for (Measured t : result.front()) {
      put("front/trial-" + t.trial() + ".toml", toml(t, result.metric()));
    }
    Optional<Path> configuration = best.map(t -> put(BEST, toml(t, result.metric())));
    Optional<Path> recipe = best.flatMap(this::recipe).map(this::put);
    if (configuration.isEmpty()) {
      remove(BEST);
    }
    if (recipe.isEmpty()) {
      remove(RECIPE);
    }
    return new Written(front, configurations, configuration, recipe);
  }

  private Optional<Recipe> recipe(Measured best) {
    return FormatRecipe.of(space.config(best.choices()), space.formats(best.choices()), linears);
  }

  private String toml(Measured trial, QualityMetric metric) {
    return "# Trial " + trial.describe(metric) + "\n" + space.config(trial.choices()).toToml();
  }

  private Path put(Recipe recipe) {
    Path file = folder.resolve(RECIPE);
    RecipeFile.write(recipe, file);
    return file;
  }

  private Path put(String name, String text) {
    Path file = folder.resolve(name);
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private void remove(String file) {
    try {
      Files.deleteIfExists(folder.resolve(file));
    } catch (IOException e) {
      throw PbqException.resources("cannot delete " + folder.resolve(file), e);
    }
  }

  /** A resumed study has another front. */
  private static void clear(Path configurations) {
    try {
      Files.createDirectories(configurations);
      try (var old = Files.newDirectoryStream(configurations, "trial-*.toml")) {
        for (Path file : old) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot replace the files in " + configurations, e);
    }
  }
}
