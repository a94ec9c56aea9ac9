package dev.pbq.export.gguf.family;

import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufMetadata;
import dev.pbq.export.gguf.file.GgufTensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The hyper-parameters of a file's architecture: keys without their leading {@code llama.}. */
public final class ModelKeys {
  private final GgufFile file;
  private final String prefix;

  public ModelKeys(GgufFile file, String architecture) {
    this.file = file;
    this.prefix = architecture + ".";
  }

  private GgufMetadata metadata() {
    return file.metadata();
  }

  public int require(String key) {
    return metadata().requireCount(prefix + key);
  }

  public OptionalInt count(String key) {
    return metadata().count(prefix + key);
  }

  /** How many, 0 where the key is absent. */
  public int countOrZero(String key) {
    return metadata().id(prefix + key).orElse(0);
  }

  public OptionalDouble number(String key) {
    return metadata().number(prefix + key);
  }

  public double requireNumber(String key) {
    return number(key).orElseThrow(() -> metadata().bad("key " + prefix + key + " is missing"));
  }

  public Optional<String> text(String key) {
    return metadata().text(prefix + key);
  }

  /** A yes or no. */
  public Optional<Boolean> flag(String key) {
    return metadata().flag(prefix + key);
  }

  /** Whether a key holds a list. */
  public boolean isList(String key) {
    return metadata().isList(prefix + key);
  }

  public List<Boolean> flags(String key) {
    return metadata().flags(prefix + key);
  }

  public int layers() {
    int layers = require(KeyNames.BLOCKS);
    if (layers > file.tensors().size()) {
      throw bad(
          "key " + prefix + KeyNames.BLOCKS + " is " + layers + ", more than there are tensors");
    }
    return layers;
  }

  /** Width of the residual stream. */
  public int hidden() {
    return require(KeyNames.HIDDEN);
  }

  /** Width inside the MLP. */
  public int intermediate() {
    return require(KeyNames.INTERMEDIATE);
  }

  /** The longest sequence. */
  public int positions() {
    return require(KeyNames.CONTEXT);
  }

  public int heads() {
    return require(KeyNames.HEADS);
  }

  public int keyValueHeads() {
    return count(KeyNames.KEY_VALUE_HEADS).orElse(heads());
  }

  /** Features of a head. */
  public int headDim() {
    return count(KeyNames.KEY_LENGTH).orElse(require(KeyNames.HIDDEN) / heads());
  }

  /** Rows of the embedding, which is how many tokens there are. */
  public int vocabulary() {
    GgufTensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null) {
      throw metadata().bad("tensor token_embd.weight is missing");
    }
    return (int) embedding.rows();
  }

  public boolean holds(String tensor) {
    return file.tensors().containsKey(tensor);
  }

  /** A vector of the file. */
  public Optional<float[]> vector(String tensor) {
    return Optional.ofNullable(file.tensors().get(tensor))
        .map(
            found -> {
              float[] values = new float[found.cols()];
              file.readRows(found, 0, 1, values);
              return values;
            });
  }

  public RuntimeException bad(String what) {
    return metadata().bad(what);
  }
}
