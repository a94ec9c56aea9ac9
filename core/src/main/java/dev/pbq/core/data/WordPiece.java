package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the tokenizer.json that BERT's vocab.txt stands for: basic tokenization (clean up, spaces
 * around Chinese characters, lower case without accents, split at spaces and punctuation), then the
 * longest known pieces from the left, [CLS] in front and [SEP] behind. Whether letters become lower
 * case stands in {@code do_lower_case} of tokenizer_config.json; as in BertTokenizer they do where
 * nothing is said, and accents go with the case unless {@code strip_accents} is given.
 */
final class WordPiece {
  private static final int LONGEST_WORD = 100;
  private static final String CONTINUATION = "##";

  private final Path file;
  private final TokenizerFacts facts;
  private final ObjectMapper json = new ObjectMapper();
  private final ObjectNode vocabulary = json.createObjectNode();

  private WordPiece(Path file, TokenizerFacts facts) {
    this.file = file;
    this.facts = facts;
  }

  /**
   * Reads a vocabulary, one token per line.
   *
   * @return a tokenizer.json
   * @throws PbqException BAD_DATA if a file is broken or [UNK], [CLS] or [SEP] is not in it
   */
  static byte[] tokenizerJson(Path vocabFile, TokenizerFacts facts) {
    return new WordPiece(vocabFile, facts).build();
  }

  private byte[] build() {
    readVocabulary();
    ObjectNode root = json.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    addSpecialTokens(root.putArray("added_tokens"));
    ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put("handle_chinese_chars", facts.flags().splitChinese().orElse(true));
    normalizer.put("strip_accents", facts.flags().stripAccents().orElse(null));
    normalizer.put("lowercase", facts.flags().lowerCase().orElse(true));
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.set("post_processor", postProcessor());
    root.putObject("decoder")
        .put("type", "WordPiece")
        .put("prefix", CONTINUATION)
        .put("cleanup", true);
    ObjectNode model = root.putObject("model").put("type", "WordPiece");
    model.put("unk_token", token("unk", "[UNK]"));
    model.put("continuing_subword_prefix", CONTINUATION);
    model.put("max_input_chars_per_word", LONGEST_WORD);
    model.set("vocab", vocabulary);
    try {
      return json.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not representable as JSON", e);
    }
  }

  private void readVocabulary() {
    int id = 0;
    for (String token : JsonInput.lines(file)) {
      // Of a token written twice the later id counts, as in BertTokenizer.
      vocabulary.put(token, id++);
    }
  }

  /** A special token by its name in the facts. */
  private String token(String name, String fallback) {
    String token = facts.specialTokens().getOrDefault(name, fallback);
    if (!vocabulary.has(token)) {
      throw PbqException.badData(
          file + ": no line " + token + ", which a WordPiece vocabulary needs");
    }
    return token;
  }

  private void addSpecialTokens(ArrayNode added) {
    Map<Integer, AddedToken> byId = new TreeMap<>();
    for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
      addKnown(byId, token);
    }
    facts.specialTokens().values().forEach(token -> addKnown(byId, token));
    facts.addedTokens().forEach(token -> byId.put(token.id(), token));
    byId.values().forEach(token -> token.put(added.addObject()));
  }

  private void addKnown(Map<Integer, AddedToken> byId, String token) {
    if (vocabulary.has(token)) {
      int id = vocabulary.get(token).intValue();
      byId.put(id, AddedToken.special(token, id));
    }
  }

  private ObjectNode postProcessor() {
    String first = token("cls", "[CLS]");
    String last = token("sep", "[SEP]");
    ObjectNode processor = json.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    addSpecial(single, first, 0);
    addSequence(single, "A", 0);
    addSpecial(single, last, 0);
    ArrayNode pair = processor.putArray("pair");
    addSpecial(pair, first, 0);
    addSequence(pair, "A", 0);
    addSpecial(pair, last, 0);
    addSequence(pair, "B", 1);
    addSpecial(pair, last, 1);
    ObjectNode tokens = processor.putObject("special_tokens");
    for (String token : List.of(first, last)) {
      ObjectNode entry = tokens.putObject(token).put("id", token);
      entry.putArray("ids").add(vocabulary.get(token).intValue());
      entry.putArray("tokens").add(token);
    }
    return processor;
  }

  private static void addSpecial(ArrayNode template, String token, int type) {
    template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
  }

  private static void addSequence(ArrayNode template, String name, int type) {
    template.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }
}
