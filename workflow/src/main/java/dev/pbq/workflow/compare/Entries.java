package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.workflow.recipe.ForeignRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes the entries of a comparison of what the user names.
 *
 * @param candidates makes those that are quantized
 * @param models finds those that exist already
 */
public record Entries(Candidates candidates, Function<String, ResolvedModel> models) {
  private static final String TOML = ".toml";

  /**
   * All entries: first the methods, then files and models in their order, then those of a folder.
   *
   * @param methods with settings, such as {@code gptq:bits=3}
   * @param files recipes, files of foreign rows, or models
   * @param folder all of whose TOML files are taken; empty for none
   * @throws PbqException NOT_FOUND, BAD_DATA or USAGE for what cannot be found or read, for two
   *     rows of one name, and for no row
   */
  public List<Entry> of(List<String> methods, List<String> files, Optional<Path> folder) {
    List<Entry> entries = new ArrayList<>();
    methods.forEach(method -> entries.add(candidates.ofMethod(method)));
    files.forEach(file -> entries.addAll(named(file)));
    folder.map(Candidates::recipesIn).orElse(List.of()).forEach(f -> entries.addAll(file(f)));
    Set<String> labels = new HashSet<>();
    for (Entry entry : entries) {
      if (!labels.add(entry.label())) {
        throw PbqException.usage("'" + entry.label() + "' is named twice");
      }
    }
    if (entries.isEmpty()) {
      throw PbqException.usage("there is nothing to compare");
    }
    return entries;
  }

  private List<Entry> named(String fileOrModel) {
    return fileOrModel.endsWith(TOML) && !Files.isDirectory(Path.of(fileOrModel))
        ? file(Path.of(fileOrModel))
        : List.of(existing(fileOrModel, Optional.empty(), Optional.empty()));
  }

  private List<Entry> file(Path file) {
    Optional<ForeignRows> foreign = ForeignRows.read(file);
    if (foreign.isEmpty()) {
      return List.of(candidates.ofRecipe(file));
    }
    List<Entry> entries = new ArrayList<>();
    foreign.get().models().forEach(m -> entries.add(existing(m.path(), m.name(), m.series())));
    for (ForeignRows.Given given : foreign.get().given()) {
      entries.add(
          new Entry.Given(
              given.name(),
              given.series(),
              new Row.Figures(
                  given.bits().orElse(null),
                  given.bytes().orElse(null),
                  given.perplexity().orElse(null),
                  given.kl().orElse(null))));
    }
    return entries;
  }

  private Entry existing(String model, Optional<String> name, Optional<String> series) {
    ResolvedModel resolved = models.apply(model);
    String label = name.orElseGet(() -> lastName(resolved.displayName()));
    return new Entry.Existing(label, series.orElse(label), resolved);
  }

  private static String lastName(String model) {
    String name = model.replaceAll("/+$", "");
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
