package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code model.safetensors.index.json}, or that of {@link WeightFiles#PACKED}: which shard holds
 * which tensor.
 *
 * @param totalSize bytes of all tensors; -1 if the file does not say
 * @param weightMap tensor name to shard file name, sorted by tensor
 */
public record ShardIndex(long totalSize, SortedMap<String, String> weightMap) {
  /** The file's usual name. */
  public static final String FILE = WeightFiles.DENSE.index();

  private static final String EXTENSION = ".safetensors";

  public ShardIndex {
    weightMap = Collections.unmodifiableSortedMap(new TreeMap<>(weightMap));
  }

  public ShardIndex(long totalSize, Map<String, String> weightMap) {
    this(totalSize, new TreeMap<>(weightMap));
  }

  /** The usual name of shard {@code number} (from 1) of {@code count}. */
  public static String shardName(int number, int count) {
    return WeightFiles.DENSE.shard(number, count);
  }

  /**
   * Reads an index. Shards must lie in its own folder.
   *
   * @throws PbqException BAD_DATA naming the file and the entry
   */
  public static ShardIndex read(Path file) {
    ObjectNode root = JsonFiles.readObject(file);
    JsonNode map = root.get("weight_map");
    if (map == null || !map.isObject() || map.isEmpty()) {
      throw PbqException.badData(file + ": no weight_map");
    }
    SortedMap<String, String> weightMap = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      JsonNode shard = entry.getValue();
      if (!shard.isTextual() || !isPlainName(shard.textValue())) {
        throw PbqException.badData(
            file
                + ": tensor "
                + TensorNames.printable(entry.getKey())
                + " is placed in "
                + TensorNames.printable(shard.isTextual() ? shard.textValue() : shard.toString())
                + ", which is not the name of a .safetensors file in the same folder");
      }
      weightMap.put(entry.getKey(), shard.textValue());
    }
    JsonNode size = root.path("metadata").path("total_size");
    return new ShardIndex(size.canConvertToLong() ? size.longValue() : -1, weightMap);
  }

  private static boolean isPlainName(String shard) {
    return shard.endsWith(EXTENSION)
        && shard.length() > EXTENSION.length()
        && FileNames.isPlain(shard);
  }

  /** As the other, under the usual name. */
  public void write(Path folder) {
    write(folder, WeightFiles.DENSE);
  }

  /**
   * Writes the index into {@code folder}, atomically.
   *
   * @throws PbqException RESOURCES if the disk is full
   */
  public void write(Path folder, WeightFiles names) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("metadata").put("total_size", totalSize);
    ObjectNode map = root.putObject("weight_map");
    weightMap.forEach(map::put);
    JsonFiles.write(folder.resolve(names.index()), root);
  }

  @Override
  public String toString() {
    return "ShardIndex[" + weightMap.size() + " tensors, " + totalSize + " bytes]";
  }
}
