package dev.pbq.export.gguf.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The tokenizer.json of a byte-level BPE. */
final class ByteLevelParts {
  private ByteLevelParts() {}

  /**
   * Makes it.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if two tokens are the same, or a merge is not two
   *     tokens
   */
  static ObjectNode tokenizerJson(StoredTokens tokens, SplitRules.Rule rule) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
    for (int id = 0; id < tokens.size(); id++) {
      String text = tokens.texts().get(id);
      if (vocabulary.has(text)) {
        throw tokens
            .metadata()
            .bad("tokens " + vocabulary.get(text) + " and " + id + " are both \"" + text + "\"");
      }
      vocabulary.put(text, id);
      int type = tokens.types().get(id);
      if (type == StoredTokens.CONTROL || type == StoredTokens.USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", text)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", type == StoredTokens.CONTROL);
      }
    }
    if (rule.nfc()) {
      root.putObject("normalizer").put("type", "NFC");
    } else {
      root.putNull("normalizer");
    }
    root.set("pre_tokenizer", rule.preTokenizer());
    root.putNull("post_processor");
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    model.put("ignore_merges", rule.wholeWords());
    model.set("vocab", vocabulary);
    putMerges(tokens, model.putArray("merges"), vocabulary);
    return root;
  }

  private static void putMerges(StoredTokens tokens, ArrayNode merges, ObjectNode vocabulary) {
    List<String> stored = tokens.metadata().texts("tokenizer.ggml.merges");
    if (stored.isEmpty()) {
      throw tokens.metadata().bad("key tokenizer.ggml.merges is missing or empty");
    }
    for (String merge : stored) {
      int space = merge.indexOf(' ', 1);
      boolean known =
          space > 0
              && vocabulary.has(merge.substring(0, space))
              && vocabulary.has(merge.substring(space + 1))
              && vocabulary.has(merge.substring(0, space) + merge.substring(space + 1));
      if (!known) {
        throw tokens.metadata().bad("the merge \"" + merge + "\" is not of two of its tokens");
      }
      merges.add(merge);
    }
  }
}
