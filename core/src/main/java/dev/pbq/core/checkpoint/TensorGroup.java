package dev.pbq.core.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors that stay together in one shard, such as the parts of a packed layer, with the metadata
 * strings that belong beside them.
 */
public record TensorGroup(List<TensorEntry> entries, Map<String, String> metadata) {
  public TensorGroup {
    entries = List.copyOf(entries);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** A tensor on its own. */
  public static TensorGroup of(TensorEntry entry) {
    return new TensorGroup(List.of(entry), Map.of());
  }

  /** The same tensors; {@code begun} is called each time that the first of them is written. */
  public TensorGroup announced(Runnable begun) {
    TensorEntry first = entries.get(0);
    List<TensorEntry> announced = new ArrayList<>(entries);
    announced.set(
        0,
        new TensorEntry(
            first.name(),
            first.dtype(),
            first.shape(),
            out -> {
              begun.run();
              first.source().writeTo(out);
            }));
    return new TensorGroup(announced, metadata);
  }

  /** Bytes of all tensors. */
  public long byteCount() {
    return entries.stream().mapToLong(TensorEntry::byteCount).sum();
  }

  /** All entries of several groups. */
  static List<TensorEntry> entriesOf(List<TensorGroup> groups) {
    List<TensorEntry> all = new ArrayList<>();
    groups.forEach(group -> all.addAll(group.entries));
    return all;
  }
}
