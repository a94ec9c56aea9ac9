package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.Contradiction;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Hugging Face model folder: where it is and what its {@code config.json} says.
 *
 * @param path the folder
 * @param config the parsed {@code config.json}, with the model's own {@code model_type} where the
 *     file has that of a program for its quantized form ({@code bitllama}); every call gives a copy
 */
public record ModelFolder(Path path, ObjectNode config) {
  /** The file without which a folder is no model. */
  public static final String CONFIG = "config.json";

  private static final String GENERATION_CONFIG = "generation_config.json";

  /** The {@code quant_method} of folders that pbq packed. */
  public static final String PBQ = "pbq";

  /**
   * The key of {@code quantization_config} that names the file with the weights, in a folder that
   * was unpacked from one.
   */
  public static final String WEIGHT_FILE = "file";

  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final long MAX_SIDE_FILE_BYTES = 256L << 20;
  private static final Set<String> SIDE_FILES =
      Set.of(
          CONFIG,
          GENERATION_CONFIG,
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "chat_template.jinja");
  private static final List<String> SIDE_PREFIXES = List.of("LICENSE", "NOTICE");

  public ModelFolder {
    config = config.deepCopy();
  }

  /**
   * Reads a folder's configuration.
   *
   * @throws PbqException NOT_FOUND if there is no such folder; BAD_DATA if it holds no {@code
   *     config.json} or a malformed one
   */
  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw PbqException.notFound(
          Files.exists(path)
              ? path + " is a file: a model is given as its folder"
              : "there is no folder " + path);
    }
    if (!Files.isReadable(path) || !Files.isExecutable(path)) {
      throw PbqException.notFound("folder " + path + " may not be read");
    }
    Path config = path.resolve(CONFIG);
    if (!Files.exists(config)) {
      throw PbqException.badData("not a model: no config.json in " + path);
    }
    return new ModelFolder(path, StatedConfig.usual(JsonFiles.readObject(config)));
  }

  @Override
  public ObjectNode config() {
    return config.deepCopy();
  }

  /**
   * The ids of the tokens that end a text: {@code eos_token_id}, one or several, of {@code
   * generation_config.json}, else of {@code config.json}; may be empty. Where both name some, and
   * not the same, that is a warning.
   *
   * @throws PbqException BAD_DATA if {@code generation_config.json} is malformed
   */
  public Set<Integer> endTokens() {
    Set<Integer> own = ids(config.path("eos_token_id"));
    Path generation = path.resolve(GENERATION_CONFIG);
    if (Files.exists(generation)) {
      Set<Integer> ids = ids(JsonFiles.readObject(generation).path("eos_token_id"));
      if (!ids.isEmpty() && !own.isEmpty() && !ids.equals(own)) {
        Contradiction eos =
            new Contradiction(
                "eos_token_id", ids.toString(), GENERATION_CONFIG, own.toString(), CONFIG);
        LOG.warn("{}: {}", path, eos.sentence());
      }
      if (!ids.isEmpty()) {
        return ids;
      }
    }
    return own;
  }

  private static Set<Integer> ids(JsonNode node) {
    Set<Integer> ids = new LinkedHashSet<>();
    for (JsonNode id : node.isArray() ? node : List.of(node)) {
      if (id.isInt() && id.intValue() >= 0) {
        ids.add(id.intValue());
      }
    }
    return ids;
  }

  /** The configuration's {@code model_type}, if it is given. */
  public Optional<String> modelType() {
    return Optional.ofNullable(config.path("model_type").textValue());
  }

  /** Facts that {@code config.json} states twice and differently. */
  public List<Contradiction> contradictions() {
    return ConfigFacts.contradictions(config);
  }

  /** A copy of {@code quantization_config}; empty if the model is not quantized. */
  public ObjectNode quantizationConfig() {
    return config.get("quantization_config") instanceof ObjectNode node
        ? node.deepCopy()
        : JsonNodeFactory.instance.objectNode();
  }

  /**
   * How the weights are quantized, or empty if they are not.
   *
   * @throws PbqException BAD_DATA if there is a {@code quantization_config} that does not say
   */
  public Optional<String> quantMethod() {
    JsonNode node = config.path("quantization_config");
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    String method = node.path("quant_method").textValue();
    if (method == null) {
      throw PbqException.badData(
          path.resolve(CONFIG) + ": quantization_config without a quant_method");
    }
    return Optional.of(method);
  }

  /** The file that holds the weights, where this folder was unpacked from one. */
  public Optional<Path> weightFile() {
    ObjectNode quantization = quantizationConfig();
    return ModelFileFormats.load().named(quantization.path("quant_method").asText()).isPresent()
        ? Optional.ofNullable(quantization.path(WEIGHT_FILE).textValue()).map(Path::of)
        : Optional.empty();
  }

  /** What a user calls the model: the file that this folder was unpacked from, or the folder. */
  public Path shown() {
    return weightFile().orElse(path);
  }

  /** Whether pbq packed this model. */
  public boolean isPacked() {
    return quantMethod().filter(PBQ::equals).isPresent();
  }

  /**
   * The files that belong to the model besides its weights: configuration, tokenizer, licence;
   * sorted by name.
   *
   * @throws PbqException BAD_DATA if the folder cannot be listed
   */
  public List<Path> sideFiles() {
    try (Stream<Path> list = Files.list(path)) {
      return list.filter(ModelFolder::isSideFile).sorted().toList();
    } catch (IOException e) {
      throw PbqException.badData("cannot read folder " + path + ": " + IoFailures.reason(e), e);
    }
  }

  /** Whether a file of this name, in the folder itself, belongs to a model besides its weights. */
  public static boolean isSideFileName(String name) {
    return SIDE_FILES.contains(name)
        || (name.indexOf('/') < 0 && SIDE_PREFIXES.stream().anyMatch(name::startsWith));
  }

  private static boolean isSideFile(Path file) {
    if (!isSideFileName(file.getFileName().toString())) {
      return false;
    }
    try {
      // Follows links: in the hub cache every file is one.
      if (!Files.isRegularFile(file)) {
        return false;
      }
      if (Files.size(file) > MAX_SIDE_FILE_BYTES) {
        LOG.warn("{} is not carried along: it is larger than {} bytes", file, MAX_SIDE_FILE_BYTES);
        return false;
      }
      return true;
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /**
   * Copies the side files, without {@code config.json} (which the caller writes, as it changes),
   * into {@code target}, each atomically.
   *
   * @throws PbqException RESOURCES if the disk is full; BAD_DATA if a file cannot be read
   */
  public void copySideFilesTo(Path target) {
    for (Path file : sideFiles()) {
      String name = file.getFileName().toString();
      if (!name.equals(CONFIG)) {
        AtomicFile.write(target.resolve(name), out -> copy(file, out));
      }
    }
  }

  private static void copy(Path file, WritableByteChannel out) throws IOException {
    try (FileBytes bytes = FileBytes.open(file)) {
      ByteBuffer contents = ByteBuffer.allocate(Math.toIntExact(bytes.size()));
      bytes.read(0, contents);
      out.write(contents.flip());
    }
  }
}
