package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** A recipe file, and the options that stand for its method and overrides. */
public final class RecipeOptions {
  @Option(names = "--method", paramLabel = "M", description = "Quantization method, see above.")
  private String method;

  @Option(
      names = "--recipe",
      paramLabel = "FILE.toml",
      description =
          "Method, settings, overrides, data: a file such as the pbq-recipe.toml that every run"
              + " writes. Options given here win over it.")
  private Path file;

  @Option(
      names = "--override",
      paramLabel = "REGEX=KEY:VALUE,...",
      description =
          "Other settings, or another method (method:NAME,...), for layers in whose name REGEX is"
              + " found; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  /**
   * The recipe with these options over it.
   *
   * @param given settings of the method on the command line
   * @throws PbqException naming file and key of what is wrong, or that no method is given
   */
  public Recipe recipe(ObjectNode given) {
    Recipe base = file == null ? Recipe.EMPTY : read(file);
    if (method == null && base.method().isEmpty()) {
      throw PbqException.usage(
          file == null
              ? "a method is missing: --method M, or --recipe FILE.toml"
              : file + " has no method, and --method is not given");
    }
    JsonNode format = given.remove(ActFormat.SETTING);
    String chosen = method != null ? method : base.requireMethod();
    if (!base.method().equals(Optional.of(chosen)) && base.method().isPresent()) {
      // Another method has other settings: nothing is carried over.
      base = base.withActFormat(Optional.empty()).withMethod(chosen, given);
    } else {
      ObjectNode settings = base.settings();
      settings.setAll(given);
      base = base.withMethod(chosen, settings);
    }
    if (format != null) {
      base = base.withActFormat(Optional.of(QuantConfig.of(format)));
    }
    List<LayerOverride> all =
        Stream.concat(base.overrides().stream(), overrides.stream().map(LayerOverride::parse))
            .toList();
    return base.withLayers(base.layers(), all);
  }

  /** Reads a recipe whose settings are those of its methods. */
  public static Recipe read(Path file) {
    Recipe recipe = RecipeFile.read(file);
    Methods registry = Methods.load();
    if (recipe.method().isPresent()) {
      String main = recipe.method().get();
      requireMethod(file + ": method", main, registry);
      requireSettings(file + ": [settings]", main, recipe.settings(), registry);
      if (recipe.actFormat().isPresent() && !registry.has(main, ActFormat.SETTING)) {
        throw PbqException.usage(
            file + ": act-format: method " + main + " has no activation format");
      }
      try {
        registry.configure(main, RecipeRun.options(recipe));
      } catch (PbqException e) {
        throw e.at(file.toString());
      }
    }
    int n = 0;
    for (LayerOverride override : recipe.overrides()) {
      String where = file + ": [[override]] " + ++n;
      override.method().ifPresent(m -> requireMethod(where + ": method", m, registry));
      override
          .method()
          .or(recipe::method)
          .ifPresent(m -> requireSettings(where, m, override.settings(), registry));
    }
    return recipe;
  }

  private static void requireMethod(String where, String method, Methods registry) {
    List<String> names = registry.names();
    if (!names.contains(method)) {
      throw PbqException.usage(
          where
              + ": there is no method "
              + method
              + "; the nearest is "
              + NearestName.of(method, names));
    }
  }

  private static void requireSettings(
      String where, String method, ObjectNode settings, Methods registry) {
    List<String> known =
        registry.settings(method).stream().map(SettingDescription::kebabName).toList();
    for (var entry : settings.properties()) {
      String key = SettingNames.kebabCase(entry.getKey());
      if (!known.contains(key)) {
        throw PbqException.usage(
            where
                + ": unknown key "
                + key
                + "; the nearest setting of "
                + method
                + " is "
                + NearestName.of(key, known));
      }
    }
  }
}
