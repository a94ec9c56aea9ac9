package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Rows of a comparison that are not made by a recipe, as a TOML file has them in tables {@code
 * [[model]]} and {@code [[given]]}.
 *
 * @param models models that exist already, to be measured
 * @param given figures that are not measured here
 */
public record ForeignRows(List<Model> models, List<Given> given) {
  private static final List<String> TABLES = List.of("model", "given");
  private static final String ABOVE_0 = " is not above 0";

  public ForeignRows {
    models = List.copyOf(models);
    given = List.copyOf(given);
  }

  /**
   * A model that exists already.
   *
   * @param path of a folder or file, or another name of a model
   * @param name in the table; empty for the model's own
   * @param series with whose mark it is drawn; empty for its name
   */
  public record Model(String path, Optional<String> name, Optional<String> series) {}

  /**
   * Figures without a model: a size and a loss at least.
   *
   * @param name in the table
   * @param series with whose mark it is drawn
   * @param bits stored bits per weight of the linears
   * @param bytes of the whole file
   * @param perplexity of the first text
   * @param kl nats per token
   */
  public record Given(
      String name,
      String series,
      Optional<Double> bits,
      Optional<Long> bytes,
      Optional<Double> perplexity,
      Optional<Double> kl) {}

  /**
   * Reads a file.
   *
   * @return empty if the file has no such tables, as a recipe has none
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it cannot be read; USAGE
   *     naming file, table and key of what is wrong
   */
  public static Optional<ForeignRows> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound("there is no recipe " + file);
    }
    ObjectNode tree;
    try {
      tree = new RecipeReader(file).tree(Files.readString(file));
    } catch (MalformedInputException e) {
      throw PbqException.badData("recipe " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read recipe " + file + ": " + e.getMessage(), e);
    }
    if (TABLES.stream().noneMatch(tree::has)) {
      return Optional.empty();
    }
    TomlTable top = new TomlTable(file.toString(), tree).requireKeys(TABLES);
    return Optional.of(
        new ForeignRows(
            top.tables("model").stream().map(t -> model(t, file)).toList(),
            top.tables("given").stream().map(ForeignRows::given).toList()));
  }

  private static Model model(TomlTable table, Path file) {
    table.requireKeys(List.of("path", "name", "series"));
    String path = required(table, "path");
    Path beside = file.resolveSibling(path);
    return new Model(
        Files.exists(beside) ? beside.toString() : path, table.text("name"), table.text("series"));
  }

  private static Given given(TomlTable table) {
    table.requireKeys(List.of("name", "series", "bits", "bytes", "perplexity", "kl"));
    String name = required(table, "name");
    Given given =
        new Given(
            name,
            table.text("series").orElse(name),
            positive(table, "bits"),
            table.wide("bytes"),
            positive(table, "perplexity"),
            positive(table, "kl"));
    given
        .bytes()
        .filter(bytes -> bytes <= 0)
        .ifPresent(
            bytes -> {
              throw PbqException.usage(table.where() + ": bytes " + bytes + ABOVE_0);
            });
    boolean sized = given.bits().isPresent() || given.bytes().isPresent();
    if (!sized || (given.perplexity().isEmpty() && given.kl().isEmpty())) {
      throw PbqException.usage(
          table.where() + " needs bits or bytes, and perplexity or kl: there is nothing to draw");
    }
    return given;
  }

  private static String required(TomlTable table, String key) {
    return table
        .text(key)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> PbqException.usage(table.where() + " has no " + key));
  }

  private static Optional<Double> positive(TomlTable table, String key) {
    Optional<Double> value = table.number(key);
    if (value.isPresent() && !(value.get() > 0 && Double.isFinite(value.get()))) {
      throw PbqException.usage(table.where() + ": " + key + " " + value.get() + ABOVE_0);
    }
    return value;
  }
}
