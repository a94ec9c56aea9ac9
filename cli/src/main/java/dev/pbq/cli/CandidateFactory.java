package dev.pbq.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.cli.compare.Candidate;
import dev.pbq.cli.compare.MethodSpec;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes candidates of what the user names, and refuses what cannot be run.
 *
 * @param weights fingerprint of the original
 * @param shaping options of quantize that every quantization is given
 */
record CandidateFactory(String weights, List<String> shaping) {
  /** Binarized share where --methods gives none: 10 % of the weights are salient. */
  private static final String LOW_FRAC = "0.9";

  private static final ObjectMapper JSON = new ObjectMapper();

  CandidateFactory {
    shaping = List.copyOf(shaping);
  }

  /** PB-LLM has no default share of salient weights; the paper's main one is shown in the label. */
  private static MethodSpec complete(MethodSpec method) {
    boolean missing =
        method.settings().keySet().stream().noneMatch(Set.of("low-frac", "lowFrac")::contains);
    return missing && Methods.load().has(method.method(), "lowFrac")
        ? MethodSpec.parse(method.label() + ":low-frac=" + LOW_FRAC)
        : method;
  }

  /**
   * Of an entry of {@code --methods}.
   *
   * @throws PbqException USAGE for a method or setting that there is not
   */
  Candidate ofMethod(String text) {
    MethodSpec method = complete(MethodSpec.parse(text));
    List<String> arguments = new ArrayList<>(List.of("--method", method.method()));
    ObjectNode options = JSON.createObjectNode();
    for (Map.Entry<String, String> setting : method.settings().entrySet()) {
      if (setting.getKey().equals("act-format")) {
        options.set(ActFormat.SETTING, ActFormat.read(setting.getValue()).toJson());
        arguments.addAll(List.of("--act-format", setting.getValue()));
      } else {
        SettingValues.put(options, setting.getKey(), setting.getValue());
        arguments.addAll(List.of("-O", setting.getKey() + "=" + setting.getValue()));
      }
    }
    // Refuses a misspelt setting before hours of work.
    ObjectNode complete = Methods.load().configure(method.method(), options).settings();
    arguments.addAll(shaping);
    List<String> parts =
        new ArrayList<>(List.of(Version.current(), weights, method.method(), complete.toString()));
    parts.addAll(shaping);
    calibrationFile().ifPresent(parts::add);
    return Candidate.of(method.label(), arguments, parts);
  }

  private Optional<String> calibrationFile() {
    int option = shaping.indexOf("--calib");
    return option < 0 ? Optional.empty() : Optional.of(contents(shaping.get(option + 1)));
  }

  /** SHA-256 of a file, so that another text under the same name is noticed; else the name. */
  private static String contents(String setOrFile) {
    Path file = Path.of(setOrFile);
    if (!Files.isRegularFile(file)) {
      return setOrFile;
    }
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Of a recipe file.
   *
   * @throws PbqException as reading it does; USAGE for a setting that its method does not have
   */
  Candidate ofRecipe(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.toml$", "");
    Recipe recipe = RecipeFile.read(file);
    // Refuses a misspelt setting before hours of work.
    Methods.load().configure(recipe.requireMethod(), RecipeRun.options(recipe));
    // What is measured is for this command to say.
    List<String> arguments =
        new ArrayList<>(List.of("--recipe", file.toString(), "--eval", "none"));
    arguments.addAll(shaping);
    List<String> parts = new ArrayList<>(List.of(Version.current(), weights));
    parts.add(RecipeFile.text(recipe));
    parts.addAll(shaping);
    recipe.calibration().text().map(CandidateFactory::contents).ifPresent(parts::add);
    calibrationFile().ifPresent(parts::add);
    return Candidate.of(name, arguments, parts);
  }

  /** Recipe files of a folder, by name. */
  static List<Path> recipesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().endsWith(".toml")).sorted().toList();
    } catch (IOException e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND, "--recipe-dir " + folder + " cannot be read", e);
    }
  }
}
