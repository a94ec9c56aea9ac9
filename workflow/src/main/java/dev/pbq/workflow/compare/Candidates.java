package dev.pbq.workflow.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.Wording;
import dev.pbq.core.data.Sha256;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.recipe.EvaluationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import dev.pbq.workflow.recipe.VocabularyChoice;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Makes candidates of what the user names, and refuses what cannot be run.
 *
 * @param weights fingerprint of the original model
 * @param common what all candidates have in common (calibration, tokens, order), put over the
 *     recipe of each
 */
public record Candidates(String weights, UnaryOperator<Recipe> common) {
  /** Binarized share where none is given: 10 % of the weights are salient. */
  private static final String LOW_FRAC = "0.9";

  /** What may be said of embedding and head beside the method's own settings. */
  private static final List<String> VOCABULARY =
      SettingDescription.of(VocabularyChoice.class).stream()
          .map(SettingDescription::kebabName)
          .toList();

  /**
   * The candidate of a method with settings, such as {@code gptq:bits=3:groupsize=64}.
   *
   * @throws PbqException USAGE for a method or setting that there is not
   */
  public Candidate ofMethod(String text) {
    MethodSpec method = complete(MethodSpec.parse(text));
    Recipe recipe = Recipe.of(method.method());
    ObjectNode settings = recipe.settings();
    ObjectNode vocabulary = settings.objectNode();
    for (Map.Entry<String, String> setting : method.settings().entrySet()) {
      if (setting.getKey().equals("act-format")) {
        recipe = recipe.withActFormat(Optional.of(ActFormat.read(setting.getValue())));
      } else {
        boolean ofTables = VOCABULARY.contains(SettingNames.kebabCase(setting.getKey()));
        SettingValues.put(ofTables ? vocabulary : settings, setting.getKey(), setting.getValue());
      }
    }
    return candidate(
        method.label(),
        recipe
            .withMethod(method.method(), settings)
            .withVocabulary(VocabularyChoice.NONE.with(vocabulary)));
  }

  /**
   * The candidate of a recipe file, called as the file is.
   *
   * @throws PbqException as reading it does; USAGE for a setting that its method does not have
   */
  public Candidate ofRecipe(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.toml$", "");
    return candidate(name, RecipeFile.read(file));
  }

  /**
   * Recipe files of a folder, by name.
   *
   * @throws PbqException NOT_FOUND if it cannot be read
   */
  public static List<Path> recipesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().endsWith(".toml")).sorted().toList();
    } catch (IOException e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND, Wording.of("{recipeDir} %s cannot be read", folder), e);
    }
  }

  private Candidate candidate(String label, Recipe wanted) {
    Recipe all = common.apply(wanted);
    CalibrationChoice windows = all.calibration();
    Optional<String> text = windows.text().map(Texts::absolute);
    Recipe recipe =
        all.withData(
            all.tokens(),
            new CalibrationChoice(text, windows.samples(), windows.tokens(), windows.seed()),
            // What is measured is for the comparison to say.
            EvaluationChoice.NONE);
    // Refuses a misspelt setting before hours of work.
    Methods.load().configure(recipe.requireMethod(), RecipeRun.options(recipe));
    List<String> parts =
        List.of(
            Version.current(),
            weights,
            RecipeFile.text(recipe),
            text.map(Candidates::contents).orElse(""));
    StringBuilder shaping = new StringBuilder();
    // Lengths keep neighbours apart.
    parts.forEach(part -> shaping.append(part.length()).append(':').append(part));
    return new Candidate(label, recipe, Sha256.of(shaping.toString()));
  }

  /** SHA-256 of a file, so that another text under the same name is noticed; else the name. */
  private static String contents(String setOrFile) {
    Path file = Path.of(setOrFile);
    return Files.isRegularFile(file) ? Sha256.ofFile(file) : setOrFile;
  }

  /** PB-LLM has no default share of salient weights; the paper's main one is shown in the label. */
  private static MethodSpec complete(MethodSpec method) {
    boolean missing =
        method.settings().keySet().stream().noneMatch(Set.of("low-frac", "lowFrac")::contains);
    return missing && Methods.load().has(method.method(), "lowFrac")
        ? MethodSpec.parse(method.label() + ":low-frac=" + LOW_FRAC)
        : method;
  }
}
