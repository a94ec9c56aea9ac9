package dev.pbq.search.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.config.SectionKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A search space: the configurations of one model that come from one configuration whose keys have
 * several choices. Keys with one choice, and keys that have no effect on this model (biases that it
 * lacks, a default section that no operation falls back to), are fixed at their first choice; the
 * others are variables. Immutable.
 */
public final class SearchSpace {
  private final String where;
  private final Target target;
  private final ObjectNode first;
  private final List<Variable> variables;
  private final List<String> warnings;

  private SearchSpace(
      String where,
      Target target,
      ObjectNode first,
      List<Variable> variables,
      List<String> warnings) {
    this.where = where;
    this.target = target;
    this.first = first;
    this.variables = List.copyOf(variables);
    this.warnings = warnings;
  }

  /**
   * Reads a space and tries every choice of it against the model once.
   *
   * @param where its name, for messages
   * @throws PbqException USAGE naming section and key of what is wrong, or if nothing is left to
   *     choose
   */
  public static SearchSpace parse(String toml, String where, Target target) {
    SeedFile file = SeedFile.read(toml, where);
    ObjectNode seed = file.extend() ? extend(file.sections(), target) : file.sections();
    ObjectNode first = seed.objectNode();
    List<Variable> variables = new ArrayList<>();
    boolean idleDefault = hasAllOperations(seed, target);
    for (Map.Entry<String, JsonNode> entry : seed.properties()) {
      List<Variable> found = new ArrayList<>();
      first.set(
          entry.getKey(),
          read(where, List.of(entry.getKey()), (ObjectNode) entry.getValue(), target, found));
      if (!entry.getKey().equals(SeedFile.DEFAULT) || !idleDefault) {
        variables.addAll(found);
      }
    }
    if (variables.isEmpty()) {
      throw PbqException.usage(where + " has nothing to choose from: no key has two choices");
    }
    SearchSpace space = new SearchSpace(where, target, first, variables, file.warnings());
    space.tryEveryChoice();
    return space;
  }

  /** What is searched, in the order of {@link Trial#choices}. */
  public List<Variable> variables() {
    return variables;
  }

  /** What of the file has no effect, one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /** The model that the space is for. */
  public Target target() {
    return target;
  }

  /**
   * A configuration.
   *
   * @param choices of each variable
   * @throws PbqException USAGE if these choices do not go together
   */
  public QuantConfig config(List<Integer> choices) {
    ObjectNode tables = first.deepCopy();
    for (int v = 0; v < variables.size(); v++) {
      Variable variable = variables.get(v);
      ObjectNode section = tables;
      for (String part : variable.section()) {
        section = (ObjectNode) section.get(part);
      }
      section.set(variable.key(), variable.choices().get(choices.get(v)));
    }
    return QuantConfig.of(prune(tables), where);
  }

  /** The formats of a configuration of this space. */
  public ModelFormats formats(List<Integer> choices) {
    return new ModelFormats(config(choices), target.architecture(), target.layers(), Rules.FIXED);
  }

  Dimensions dimensions() {
    return new Dimensions(variables.stream().map(v -> v.choices().size()).toList());
  }

  /** Later choices of a key may be wrong where the first is not; better now than after hours. */
  private void tryEveryChoice() {
    int most = variables.stream().mapToInt(v -> v.choices().size()).max().orElseThrow();
    for (int c = 0; c < most; c++) {
      int choice = c;
      formats(variables.stream().map(v -> Math.min(choice, v.choices().size() - 1)).toList());
    }
  }

  /** Copies the default to every operation that has no section of its own. */
  private static ObjectNode extend(ObjectNode sections, Target target) {
    ObjectNode extended = sections.objectNode();
    extended.set(SeedFile.DEFAULT, sections.get(SeedFile.DEFAULT));
    if (sections.has(SeedFile.ROTARY)) {
      extended.set(SeedFile.ROTARY, sections.get(SeedFile.ROTARY));
    }
    for (int i = 0; i < target.layers(); i++) {
      String name = SeedFile.LAYERS + "_" + i;
      JsonNode given = sections.has(name) ? sections.get(name) : sections.path(SeedFile.LAYERS);
      ObjectNode layer = given.isObject() ? ((ObjectNode) given).deepCopy() : extended.objectNode();
      for (String operation : target.operations()) {
        ObjectNode at = layer;
        for (String part : operation.split("\\.", -1)) {
          at = at.withObjectProperty(part);
        }
        if (at.isEmpty()) {
          at.setAll((ObjectNode) sections.get(SeedFile.DEFAULT).deepCopy());
        }
      }
      extended.set(name, layer);
    }
    // Sections of layers that the model does not have: refused when they are resolved.
    for (Map.Entry<String, JsonNode> entry : sections.properties()) {
      if (!extended.has(entry.getKey()) && !entry.getKey().equals(SeedFile.LAYERS)) {
        extended.set(entry.getKey(), entry.getValue());
      }
    }
    return extended;
  }

  /** Whether no operation of any layer takes the default section. */
  private static boolean hasAllOperations(ObjectNode seed, Target target) {
    boolean rotary =
        target.architecture().rotary().isEmpty()
            || seed.has(SeedFile.ROTARY)
            || allLayers(seed, target, List.of(target.architecture().rotary().orElseThrow()));
    return rotary && allLayers(seed, target, target.operations());
  }

  private static boolean allLayers(ObjectNode seed, Target target, List<String> operations) {
    for (int i = 0; i < target.layers(); i++) {
      String own = SeedFile.LAYERS + "_" + i;
      JsonNode layer = seed.path(seed.has(own) ? own : SeedFile.LAYERS);
      for (String operation : operations) {
        if (!layer.at("/" + operation.replace('.', '/')).isObject()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Reads a table of sections or of keys; returns it with the first choice of each key. */
  private static ObjectNode read(
      String where, List<String> path, ObjectNode table, Target target, List<Variable> found) {
    String label = where + ": [" + String.join(".", path) + "]";
    ObjectNode first = table.objectNode();
    boolean sections =
        !table.isEmpty() && table.properties().stream().allMatch(e -> e.getValue().isObject());
    if (sections) {
      for (Map.Entry<String, JsonNode> entry : table.properties()) {
        List<String> inner = new ArrayList<>(path);
        inner.add(entry.getKey());
        first.set(entry.getKey(), read(where, inner, (ObjectNode) entry.getValue(), target, found));
      }
      return first;
    }
    Set<String> known = knownKeys(label, table);
    String operation = String.join(".", path.subList(1, path.size()));
    for (Map.Entry<String, JsonNode> entry : table.properties()) {
      String key = entry.getKey();
      if (!known.contains(key)) {
        throw PbqException.usage(
            label
                + " has the key "
                + key
                + ", which its formats do not know; the nearest known key is "
                + NearestName.of(key, known));
      }
      List<JsonNode> choices = ChoiceReader.of(label, key, entry.getValue());
      first.set(key, choices.get(0));
      boolean used = path.size() == 1 || target.uses(operation, key);
      if (choices.size() > 1 && used) {
        found.add(new Variable(path, key, choices));
      }
    }
    return first;
  }

  private static Set<String> knownKeys(String label, ObjectNode table) {
    if (!table.has("name")) {
      throw PbqException.usage(label + " has no name");
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : ChoiceReader.of(label, "name", table.get("name"))) {
      names.add(name.asText());
    }
    return new TreeSet<>(SectionKeys.of(names));
  }

  /** Leaves out the keys of formats that were not chosen. */
  private static ObjectNode prune(ObjectNode tables) {
    if (tables.has("name") && !tables.get("name").isObject()) {
      return SectionKeys.prune(tables);
    }
    ObjectNode pruned = tables.objectNode();
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      pruned.set(entry.getKey(), prune((ObjectNode) entry.getValue()));
    }
    return pruned;
  }
}
