package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tensors of a Hugging Face folder as they are stored: one file, or shards with an index, under
 * one of the names of {@link WeightFiles}. The {@link TensorSource} methods take exact names or,
 * like all others, names with or without the prefixes of {@link TensorNames}. Thread-safe; holds
 * one file descriptor for each shard until closed.
 */
public final class Checkpoint implements ModelWeights, TensorSource {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> byName;
  private final Map<String, String> metadata;
  private volatile Optional<Padding> padding = Optional.empty();

  private record Padding(String table, long firstRow) {}

  private Checkpoint(
      Path folder, List<SafetensorsFile> files, Map<String, SafetensorsFile> byName) {
    this.folder = folder;
    this.files = files;
    this.byName = byName;
    this.metadata = mergedMetadata(folder, files);
  }

  /**
   * Opens a folder's checkpoint, reading headers only; the caller closes it.
   *
   * @throws PbqException NOT_FOUND if a shard is missing; BAD_DATA if there is no safetensors
   *     checkpoint or it is corrupt
   */
  public static Checkpoint open(Path folder) {
    return open(folder, WeightFiles.in(folder).orElseThrow(() -> noCheckpoint(folder)));
  }

  /** As the other, under the names that the model's configuration leads to. */
  public static Checkpoint open(ModelFolder folder) {
    WeightFiles names = WeightFiles.of(folder);
    return names.isIn(folder.path()) ? open(folder.path(), names) : open(folder.path());
  }

  private static Checkpoint open(Path folder, WeightFiles names) {
    Path single = folder.resolve(names.single());
    Path index = folder.resolve(names.index());
    boolean sharded = !Files.exists(single);
    List<SafetensorsFile> files = new ArrayList<>();
    Map<String, SafetensorsFile> byName = new TreeMap<>(TensorNames.NATURAL_ORDER);
    try {
      if (sharded) {
        openShards(folder, ShardIndex.read(index), files, byName);
      } else {
        SafetensorsFile file = SafetensorsFile.open(single);
        files.add(file);
        file.tensors().keySet().forEach(name -> byName.put(name, file));
      }
      return new Checkpoint(folder, files, byName);
    } catch (RuntimeException | Error e) {
      closeAll(files);
      throw e;
    }
  }

  private static void openShards(
      Path folder,
      ShardIndex index,
      List<SafetensorsFile> files,
      Map<String, SafetensorsFile> byName) {
    Map<String, SafetensorsFile> shards = new TreeMap<>();
    for (Map.Entry<String, String> entry : index.weightMap().entrySet()) {
      SafetensorsFile shard = shards.get(entry.getValue());
      if (shard == null) {
        Path path = folder.resolve(entry.getValue());
        if (!Files.exists(path)) {
          throw PbqException.notFound(
              "shard " + entry.getValue() + " is missing in " + folder + " (incomplete download?)");
        }
        shard = SafetensorsFile.open(path);
        files.add(shard);
        shards.put(entry.getValue(), shard);
      }
      if (shard.unread().containsKey(entry.getKey())) {
        continue;
      }
      if (shard.find(entry.getKey()).isEmpty()) {
        throw PbqException.badData(
            shard.file()
                + ": tensor "
                + TensorNames.printable(entry.getKey())
                + " is not in this shard, although the index says so");
      }
      byName.put(entry.getKey(), shard);
    }
    int held = files.stream().mapToInt(file -> file.tensors().size()).sum();
    if (held > byName.size()) {
      LOG.warn(
          "{} tensors in the shards of {} are not in the index: ignored",
          held - byName.size(),
          folder);
    }
  }

  private static PbqException noCheckpoint(Path folder) {
    List<String> others;
    try (Stream<Path> list = Files.list(folder)) {
      others =
          list.map(path -> path.getFileName().toString())
              .filter(
                  name -> name.matches(".*\\.(bin|gguf|ggml|pth|pt|onnx|h5|msgpack|safetensors)"))
              .sorted()
              .limit(3)
              .toList();
    } catch (IOException e) {
      return new PbqException(
          PbqException.Kind.NOT_FOUND,
          "cannot read folder " + folder + ": " + IoFailures.reason(e),
          e);
    }
    String found =
        others.isEmpty()
            ? "neither " + CheckpointWriter.SINGLE_FILE + " nor " + ShardIndex.FILE
            : "only "
                + TensorNames.printable(String.join(", ", others))
                + " where "
                + CheckpointWriter.SINGLE_FILE
                + " or its shards with "
                + ShardIndex.FILE
                + " are needed";
    return PbqException.badData("no safetensors weights in " + folder + ": it holds " + found);
  }

  private static Map<String, String> mergedMetadata(Path folder, List<SafetensorsFile> files) {
    Map<String, String> merged = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      file.metadata()
          .forEach(
              (key, value) -> {
                String before = merged.putIfAbsent(key, value);
                boolean ours = key.startsWith(PackedTensorCollector.KEY_PREFIX);
                if (ours && before != null && !before.equals(value)) {
                  throw PbqException.badData(
                      folder + ": two shards differ in " + TensorNames.printable(key));
                }
              });
    }
    return Collections.unmodifiableMap(merged);
  }

  public Path folder() {
    return folder;
  }

  /** The open files, owned by this checkpoint. */
  public List<SafetensorsFile> files() {
    return Collections.unmodifiableList(files);
  }

  @Override
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** Types, as written, of the tensors that are of a type that pbq does not read, by name. */
  public Map<String, String> unread() {
    Map<String, String> unread = new TreeMap<>(TensorNames.NATURAL_ORDER);
    files.forEach(file -> unread.putAll(file.unread()));
    return unread;
  }

  @Override
  public Optional<String> unreadType(String name) {
    Map<String, String> unread = unread();
    return TensorNames.resolve(name, unread::containsKey).map(unread::get);
  }

  /**
   * Has rows of a table left out of what is loaded ahead: padding, which is not a number. A token
   * that reaches one is refused nevertheless.
   *
   * @param table the tensor's stored name
   * @param firstRow of the padding
   */
  public void leaveOut(String table, long firstRow) {
    padding = Optional.of(new Padding(info(table).name(), firstRow));
  }

  @Override
  public long soundRows(String name) {
    Optional<TensorInfo> info = find(name);
    return padding
        .filter(p -> info.isPresent() && p.table().equals(info.get().name()))
        .map(Padding::firstRow)
        .orElse(Long.MAX_VALUE);
  }

  /** Bytes of all tensors. */
  public long totalBytes() {
    return names().stream().mapToLong(name -> info(name).byteCount()).sum();
  }

  /**
   * What the header says of a tensor, under its stored name.
   *
   * @throws PbqException NOT_FOUND if there is no such tensor
   */
  public TensorInfo info(String name) {
    return find(name)
        .orElseThrow(
            () ->
                PbqException.notFound(
                    "there is no tensor " + TensorNames.printable(name) + " in " + folder));
  }

  @Override
  public Optional<TensorInfo> find(String name) {
    return TensorNames.resolve(name, byName::containsKey)
        .flatMap(stored -> byName.get(stored).find(stored));
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public ByteBuffer bytes(String name, long offsetInTensor, int length) {
    TensorInfo info = info(name);
    return byName.get(info.name()).bytes(info.name(), offsetInTensor, length);
  }

  @Override
  public TensorEntry entryOf(String name) {
    TensorInfo info = info(name);
    return byName.get(info.name()).entryOf(info.name());
  }

  @Override
  public boolean contains(String name) {
    return find(name).isPresent();
  }

  @Override
  public long[] shape(String name) {
    return info(name).shape();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    TensorInfo info = info(name);
    long[] shape = info.shape();
    long rows = shape.length == 0 ? 1 : shape[0];
    Objects.checkFromIndexSize(firstRow, rowCount, rows);
    long rowLength = rows == 0 ? 0 : info.elementCount() / rows;
    byName
        .get(info.name())
        .readFloats(info, firstRow * rowLength, rowCount * rowLength, destination);
  }

  @Override
  public void close() {
    closeAll(files);
  }

  private static void closeAll(List<SafetensorsFile> files) {
    files.forEach(SafetensorsFile::close);
  }
}
