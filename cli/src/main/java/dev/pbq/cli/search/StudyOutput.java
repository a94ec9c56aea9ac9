package dev.pbq.cli.search;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.formats.search.SearchSpace;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

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
   * Writes all files.
   *
   * @param best the best trial, if any is good enough
   * @param console gets a line for each thing that was written or could not be
   */
  public void write(StudyResult result, Optional<Measured> best, Consumer<String> console) {
    if (result.front().isEmpty()) {
      throw PbqException.numerical("no trial gave a finite " + result.metric().label());
    }
    put("pareto.csv", FrontReport.csv(result, space.variables()));
    put("pareto.svg", FrontPicture.svg(model, result));
    AtomicFile.write(folder.resolve("pareto.png"), FrontPicture.png(model, result));
    Path configs = folder.resolve("front");
    clear(configs);
    for (Measured t : result.front()) {
      put("front/trial-" + t.trial() + ".toml", toml(t, result.metric()));
    }
    console.accept("front          " + folder.resolve("pareto.csv") + ", pareto.svg, pareto.png");
    console.accept("configurations " + configs);
    if (best.isEmpty()) {
      remove(BEST);
      remove(RECIPE);
      console.accept("no trial satisfies the limits: no best configuration is written");
      return;
    }
    writeBest(best.get(), result.metric(), console);
  }

  private void writeBest(Measured best, Metric metric, Consumer<String> console) {
    put(BEST, toml(best, metric));
    console.accept("best           trial " + describe(best, metric));
    console.accept("  run it       --act-format " + folder.resolve(BEST));
    Optional<Recipe> recipe =
        FormatRecipe.of(space.config(best.choices()), space.formats(best.choices()), linears);
    if (recipe.isEmpty()) {
      remove(RECIPE);
      console.accept("  no recipe: packed weights have at most 8 bits, or none is quantized");
      return;
    }
    RecipeFile.write(recipe.get(), folder.resolve(RECIPE));
    console.accept("  pack it      quantize " + model + " --recipe " + folder.resolve(RECIPE));
  }

  private String toml(Measured trial, Metric metric) {
    return "# " + comment(trial, metric) + "\n" + space.config(trial.choices()).toToml();
  }

  private static String comment(Measured trial, Metric metric) {
    return "Trial " + describe(trial, metric);
  }

  private static String describe(Measured trial, Metric metric) {
    return String.format(
        Locale.ROOT,
        "%d: %s %.5g, memory density %.3fx, %.3f bits",
        trial.trial(),
        metric.label(),
        trial.value(),
        trial.density(),
        trial.bits());
  }

  private void put(String file, String text) {
    AtomicFile.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }

  private void remove(String file) {
    try {
      Files.deleteIfExists(folder.resolve(file));
    } catch (IOException e) {
      throw PbqException.resources("cannot delete " + folder.resolve(file), e);
    }
  }

  /** A resumed study has another front. */
  private static void clear(Path configs) {
    try {
      Files.createDirectories(configs);
      try (var old = Files.newDirectoryStream(configs, "trial-*.toml")) {
        for (Path file : old) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot replace the files in " + configs, e);
    }
  }
}
