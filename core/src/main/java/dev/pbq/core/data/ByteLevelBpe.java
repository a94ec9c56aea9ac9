package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the tokenizer.json that vocab.json and merges.txt of a byte-level BPE stand for: GPT-2's
 * splitting rule, or for Qwen2 its own rule and NFC.
 */
final class ByteLevelBpe {
  /** How Qwen2Tokenizer splits a text before merging. */
  static final String QWEN2_SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final TokenizerFacts facts;
  private final boolean addPrefixSpace;

  private ByteLevelBpe(TokenizerFacts facts) {
    this.facts = facts;
    this.addPrefixSpace = facts.flags().addPrefixSpace().orElse(false);
  }

  /**
   * Reads the parts.
   *
   * @return a tokenizer.json without post-processor: which special tokens go around a text is
   *     decided by {@link SpecialTokens}
   * @throws PbqException BAD_DATA if a file is broken, with the line for merges.txt
   */
  static byte[] tokenizerJson(Path vocabFile, Path mergesFile, TokenizerFacts facts) {
    return new ByteLevelBpe(facts).build(vocabFile, mergesFile);
  }

  private byte[] build(Path vocabFile, Path mergesFile) {
    JsonNode vocabulary = JsonInput.read(vocabFile);
    if (!vocabulary.isObject()) {
      throw PbqException.badData(vocabFile + ": not a JSON object of tokens and ids");
    }
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    addTokens(root.putArray("added_tokens"), vocabulary);
    if (facts.kind() == TokenizerClass.QWEN2) {
      root.putObject("normalizer").put("type", "NFC");
      ObjectNode sequence = root.putObject("pre_tokenizer").put("type", "Sequence");
      ArrayNode parts = sequence.putArray("pretokenizers");
      ObjectNode split = parts.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", QWEN2_SPLIT);
      split.put("behavior", "Isolated").put("invert", false);
      parts.add(byteLevel(false));
    } else {
      root.putNull("normalizer");
      root.set("pre_tokenizer", byteLevel(true));
    }
    root.putNull("post_processor");
    root.set("decoder", byteLevel(true));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token"); // every byte has a token
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    model.set("vocab", vocabulary);
    addMerges(model.putArray("merges"), mergesFile);
    try {
      return new ObjectMapper().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not representable as JSON", e);
    }
  }

  private ObjectNode byteLevel(boolean split) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", split);
  }

  /** Tokens that are matched in the text as a whole: the named special ones and the added ones. */
  private void addTokens(ArrayNode added, JsonNode vocabulary) {
    Map<Integer, AddedToken> byId = new TreeMap<>();
    for (String token : facts.specialTokens().values()) {
      if (vocabulary.has(token)) {
        int id = vocabulary.get(token).asInt();
        byId.put(id, AddedToken.special(token, id));
      }
    }
    facts.addedTokens().forEach(token -> byId.put(token.id(), token));
    byId.values().forEach(token -> token.put(added.addObject()));
  }

  private static void addMerges(ArrayNode merges, Path file) {
    List<String> lines = JsonInput.lines(file);
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
