package dev.pbq.export.gguf.model;

import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufTensor;
import dev.pbq.export.gguf.model.FileArchitecture.Habit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a file's tensors are in the model. */
final class TensorViews {
  private static final Pattern IN_BLOCK =
      Pattern.compile("blk\\.(\\d{1,6})\\.(\\w+)\\.(weight|bias)");
  private static final Pattern OUTER = Pattern.compile("(\\w+)\\.(weight|bias)");

  /** Their numbers are part of the configuration. */
  private static final Set<String> IN_CONFIG =
      Set.of(RopeConfig.DIVISORS, RopeConfig.LONG, RopeConfig.SHORT);

  private final FileArchitecture architecture;
  private final ModelKeys keys;
  private final Map<String, TensorView> views = new TreeMap<>(TensorNames.NATURAL_ORDER);

  private TensorViews(FileArchitecture architecture, ModelKeys keys) {
    this.architecture = architecture;
    this.keys = keys;
  }

  /**
   * The model's tensors by name, in natural order.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA naming tensors that the family does not know, or one
   *     of a wrong shape
   */
  static Map<String, TensorView> of(GgufFile file, FileArchitecture architecture) {
    String name = file.metadata().text("general.architecture").orElseThrow();
    TensorViews found = new TensorViews(architecture, new ModelKeys(file, name));
    List<String> unknown = new ArrayList<>();
    for (GgufTensor tensor : file.tensors().values()) {
      if (!IN_CONFIG.contains(tensor.name()) && !found.add(tensor)) {
        unknown.add(tensor.name());
      }
    }
    if (!unknown.isEmpty()) {
      unknown.sort(TensorNames.NATURAL_ORDER);
      String more = unknown.size() > 5 ? " and " + (unknown.size() - 5) + " others" : "";
      throw file.metadata()
          .bad(
              "architecture "
                  + name
                  + " has no place for "
                  + String.join(", ", unknown.subList(0, Math.min(5, unknown.size())))
                  + more);
    }
    return found.views;
  }

  private boolean add(GgufTensor tensor) {
    Matcher inBlock = IN_BLOCK.matcher(tensor.name());
    if (inBlock.matches()) {
      String part = architecture.parts().get(inBlock.group(2));
      int block = Integer.parseInt(inBlock.group(1));
      if (part == null || block >= keys.layers()) {
        return false;
      }
      put(tensor, architecture.blocks() + block + ".", part, "." + inBlock.group(3));
      return true;
    }
    Matcher outer = OUTER.matcher(tensor.name());
    String name = outer.matches() ? architecture.outer().get(outer.group(1)) : null;
    if (name != null) {
      put(tensor, "", name, "." + outer.group(2));
    }
    return name != null;
  }

  private void put(GgufTensor tensor, String prefix, String names, String ending) {
    String[] parts = names.split(",");
    int all = tensor.dimensions() == 1 ? tensor.cols() : (int) tensor.rows();
    int first = 0;
    for (int i = 0; i < parts.length; i++) {
      int rows = parts.length == 1 ? all : partRows(tensor, all, i);
      String name = prefix + parts[i] + ending;
      boolean norm = parts[i].contains("norm");
      float shift =
          norm && architecture.has(Habit.NORMS_PLUS_ONE) && ending.equals(".weight") ? -1 : 0;
      boolean linear =
          !norm && !prefix.isEmpty() && tensor.dimensions() == 2 && !parts[i].startsWith("ln_");
      TensorView view =
          new TensorView(name, tensor, first, rows, heads(tensor, parts[i], rows), shift, linear);
      if (views.put(name, view) != null) {
        throw keys.bad("tensor " + name + " is stored twice, whole and in parts");
      }
      first += rows;
    }
  }

  /** Rows of queries, keys or values in a fused tensor. */
  private int partRows(GgufTensor tensor, int all, int part) {
    int queries = keys.heads() * keys.headDim();
    int others = keys.keyValueHeads() * keys.headDim();
    if (all != queries + 2L * others) {
      throw keys.bad(
          "tensor " + tensor.name() + " has " + all + " rows, not " + (queries + 2L * others));
    }
    return part == 0 ? queries : others;
  }

  private int heads(GgufTensor tensor, String part, int rows) {
    boolean query = part.endsWith("q_proj");
    if (!architecture.has(Habit.PAIRED_ROWS) || !(query || part.endsWith("k_proj"))) {
      return 0;
    }
    int heads = query ? keys.heads() : keys.keyValueHeads();
    if (rows % heads != 0 || rows / heads % 2 != 0) {
      throw keys.bad(
          "tensor " + tensor.name() + " has " + rows + " rows, which are no " + heads + " heads");
    }
    return heads;
  }
}
