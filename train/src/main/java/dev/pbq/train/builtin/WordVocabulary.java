package dev.pbq.train.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The vocabulary: whole words with the space before them, single digits, punctuation marks and the
 * newline. Text of the distribution encodes and decodes without loss; a word right after a word
 * without a space, which the distribution does not have, would read as one unknown word.
 */
final class WordVocabulary {
  static final int UNKNOWN = 0;
  static final int BOS = 1;
  static final int EOS = 2;

  /** Splits text into tokens; everything is matched, so nothing gets lost. */
  private static final String SPLIT = " ?\\p{L}+|\\p{N}|\\s|[^\\s\\p{L}\\p{N}]";

  private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");
  private static final Pattern TOKEN = Pattern.compile(SPLIT);

  private final List<String> tokens;
  private final Map<String, Integer> ids = new LinkedHashMap<>();

  private WordVocabulary(List<String> tokens) {
    this.tokens = List.copyOf(tokens);
    for (String token : tokens) {
      ids.put(token, ids.size());
    }
  }

  /** Collects every token of a long stream of texts. */
  static WordVocabulary of(World world) {
    TextGenerator generator = new TextGenerator(world, 1);
    TreeSet<String> found = new TreeSet<>(List.of(" ", "\n"));
    for (int i = 0; i < 40_000; i++) {
      Matcher matcher = TOKEN.matcher(generator.next().text());
      while (matcher.find()) {
        found.add(matcher.group());
      }
    }
    List<String> all = new ArrayList<>(SPECIAL);
    all.addAll(found);
    return new WordVocabulary(all);
  }

  int size() {
    return tokens.size();
  }

  /**
   * Token ids without a BOS.
   *
   * @throws IllegalArgumentException if a word is not in the vocabulary
   */
  int[] encode(String text) {
    Matcher matcher = TOKEN.matcher(text);
    List<Integer> result = new ArrayList<>();
    while (matcher.find()) {
      Integer id = ids.get(matcher.group());
      if (id == null) {
        throw new IllegalArgumentException("not in the vocabulary: '" + matcher.group() + "'");
      }
      result.add(id);
    }
    return result.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The text of ids; special tokens have none. */
  String decode(int[] sequence) {
    StringBuilder text = new StringBuilder();
    for (int id : sequence) {
      text.append(id < SPECIAL.size() ? "" : tokens.get(id));
    }
    return text.toString();
  }

  /** Whether the text of {@code sequence} encodes to it again, special tokens aside. */
  boolean isFaithful(int[] sequence) {
    Matcher matcher = TOKEN.matcher(decode(sequence));
    for (int id : sequence) {
      if (id >= SPECIAL.size() && !(matcher.find() && matcher.group().equals(tokens.get(id)))) {
        return false;
      }
    }
    return !matcher.find();
  }

  /** A Hugging Face {@code tokenizer.json} that encodes alike and puts one BOS in front. */
  String tokenizerJson() {
    List<Map<String, Object>> added = new ArrayList<>();
    for (String token : SPECIAL) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", ids.get(token));
      entry.put("content", token);
      entry.put("single_word", false);
      entry.put("lstrip", false);
      entry.put("rstrip", false);
      entry.put("normalized", false);
      entry.put("special", true);
      added.add(entry);
    }
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("version", "1.0");
    root.put("truncation", null);
    root.put("padding", null);
    root.put("added_tokens", added);
    root.put("normalizer", null);
    root.put(
        "pre_tokenizer",
        ordered(
            "type",
            "Split",
            "pattern",
            Map.of("Regex", SPLIT),
            "behavior",
            "Isolated",
            "invert",
            false));
    root.put("post_processor", bosTemplate());
    root.put("decoder", Map.of("type", "Fuse"));
    root.put(
        "model", ordered("type", "WordLevel", "vocab", ids, "unk_token", SPECIAL.get(UNKNOWN)));
    return json(root);
  }

  private static Map<String, Object> bosTemplate() {
    String bos = SPECIAL.get(BOS);
    Object front = Map.of("SpecialToken", ordered("id", bos, "type_id", 0));
    Object first = Map.of("Sequence", ordered("id", "A", "type_id", 0));
    Object second = Map.of("Sequence", ordered("id", "B", "type_id", 1));
    return ordered(
        "type",
        "TemplateProcessing",
        "single",
        List.of(front, first),
        "pair",
        List.of(front, first, second),
        "special_tokens",
        Map.of(bos, ordered("id", bos, "ids", List.of(BOS), "tokens", List.of(bos))));
  }

  private static Map<String, Object> ordered(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static String json(Object value) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
