package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** Writes the tokenizer.json that vocab.json and merges.txt of GPT-2's byte-level BPE stand for. */
final class ByteLevelBpe {
  private ByteLevelBpe() {}

  /**
   * @return a tokenizer.json without post-processor: which special tokens go around a text is
   *     decided by {@link SpecialTokens}
   * @throws PbqException BAD_DATA if a file is broken, with the line for merges.txt
   */
  static byte[] tokenizerJson(Path vocabFile, Path mergesFile, TokenizerSettings settings) {
    ObjectMapper json = new ObjectMapper();
    try {
      JsonNode vocabulary = json.readTree(vocabFile.toFile());
      if (!vocabulary.isObject()) {
        throw PbqException.badData(vocabFile + ": not a JSON object of tokens and ids");
      }
      ObjectNode root = json.createObjectNode().put("version", "1.0");
      root.putNull("truncation").putNull("padding");
      addSpecialTokens(root.putArray("added_tokens"), vocabulary, settings);
      root.putNull("normalizer");
      root.set("pre_tokenizer", byteLevel(json, settings.addPrefixSpace()));
      root.putNull("post_processor");
      root.set("decoder", byteLevel(json, settings.addPrefixSpace()));
      ObjectNode model = root.putObject("model").put("type", "BPE");
      model.putNull("dropout");
      String unknown = settings.specialTokens().get("unk");
      model.put("unk_token", unknown != null && vocabulary.has(unknown) ? unknown : null);
      model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
      model.put("fuse_unk", false).put("byte_fallback", false);
      model.set("vocab", vocabulary);
      addMerges(model.putArray("merges"), mergesFile);
      return json.writeValueAsBytes(root);
    } catch (IOException e) {
      throw PbqException.badData(vocabFile + ": not readable as JSON: " + Messages.of(e), e);
    }
  }

  private static ObjectNode byteLevel(ObjectMapper json, boolean addPrefixSpace) {
    return json.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  /** Tokens that are matched in the text as a whole: bos, eos, unk, pad and the added ones. */
  private static void addSpecialTokens(
      ArrayNode added, JsonNode vocabulary, TokenizerSettings settings) {
    TreeMap<Integer, String> byId = new TreeMap<>();
    settings.addedTokens().forEach((token, id) -> byId.put(id, token));
    for (String token : settings.specialTokens().values()) {
      if (vocabulary.has(token)) {
        byId.put(vocabulary.get(token).asInt(), token);
      }
    }
    byId.forEach(
        (id, token) ->
            added
                .addObject()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
  }

  private static void addMerges(ArrayNode merges, Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable as UTF-8 text: " + Messages.of(e), e);
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
        continue;
      }
      if (line.split(" ", -1).length != 2) {
        throw PbqException.badData(
            "%s line %d: a merge is two tokens, not \"%s\"".formatted(file, i + 1, line));
      }
      merges.add(line);
    }
  }
}
