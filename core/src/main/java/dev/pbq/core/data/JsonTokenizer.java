package dev.pbq.core.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A tokenizer described by a tokenizer.json, run by Hugging Face's native library. */
final class JsonTokenizer implements Tokenizer {
  private final HuggingFaceTokenizer nativeTokenizer;
  private final PlainText plainText;
  private final int vocabularySize;
  private final SpecialTokens special;
  private final String fingerprint;

  private JsonTokenizer(
      HuggingFaceTokenizer nativeTokenizer,
      PlainText plainText,
      int vocabularySize,
      SpecialTokens special,
      String fingerprint) {
    this.nativeTokenizer = nativeTokenizer;
    this.plainText = plainText;
    this.vocabularySize = vocabularySize;
    this.special = special;
    this.fingerprint = fingerprint;
  }

  /**
   * @param file named in errors
   * @param json a tokenizer.json; its sections "truncation" and "padding" are ignored
   */
  static JsonTokenizer open(
      Path file,
      byte[] json,
      TokenizerSettings settings,
      BosRule rule,
      SpecialTokenText specialTokenText,
      String fingerprint) {
    HuggingFaceTokenizer tokenizer = null;
    try {
      ObjectMapper mapper = new ObjectMapper();
      JsonNode root = mapper.readTree(json);
      Map<String, Integer> vocabulary = vocabulary(file, root);
      boolean cuts = !root.path("truncation").isNull() || !root.path("padding").isNull();
      if (cuts) {
        ((ObjectNode) root).putNull("truncation").putNull("padding");
      }
      tokenizer = load(cuts ? mapper.writeValueAsBytes(root) : json);
      String probe = "a";
      SpecialTokens special =
          SpecialTokens.resolve(
              settings,
              rule,
              SpecialTokens.Surroundings.of(
                  encode(tokenizer, probe, true), encode(tokenizer, probe, false)),
              token -> {
                Integer id = vocabulary.get(token);
                return id == null ? OptionalInt.empty() : OptionalInt.of(id);
              });
      int size = 1 + vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
      PlainText plainText =
          specialTokenText == SpecialTokenText.AS_TEXT
              ? PlainText.of(mapper, (ObjectNode) root)
              : PlainText.NEVER;
      JsonTokenizer result = new JsonTokenizer(tokenizer, plainText, size, special, fingerprint);
      tokenizer = null;
      return result;
    } catch (PbqException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw PbqException.badData(file + ": not a usable tokenizer: " + Messages.of(e), e);
    } finally {
      if (tokenizer != null) {
        tokenizer.close();
      }
    }
  }

  private static HuggingFaceTokenizer load(byte[] json) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
  }

  /** Every token of the model and every added token, by text. */
  private static Map<String, Integer> vocabulary(Path file, JsonNode root) {
    JsonNode entries = root.path("model").path("vocab");
    Map<String, Integer> vocabulary = new HashMap<>();
    if (entries.isObject()) {
      entries.properties().forEach(e -> vocabulary.put(e.getKey(), e.getValue().asInt()));
    } else {
      for (int id = 0; id < entries.size(); id++) { // Unigram: [[piece, score], ...]
        vocabulary.put(entries.get(id).path(0).asText(), id);
      }
    }
    for (JsonNode added : root.path("added_tokens")) {
      vocabulary.put(added.path("content").asText(), added.path("id").asInt());
    }
    if (vocabulary.isEmpty()) {
      throw PbqException.badData(file + ": no vocabulary in it (field model.vocab)");
    }
    return vocabulary;
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    int[] ids = encode(plainText.choose(text, nativeTokenizer), text, false);
    return addSpecialTokens ? special.around(ids) : ids;
  }

  /**
   * Asks the native library for the ids alone. HuggingFaceTokenizer.encode also makes a string and
   * a span object for each token, which for a corpus of some MB is hundreds of MB of heap.
   */
  private static int[] encode(HuggingFaceTokenizer tokenizer, String text, boolean special) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = library.encode(tokenizer.getHandle(), WellFormed.of(text), special);
    try {
      long[] wide = library.getTokenIds(encoding);
      int[] ids = new int[wide.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = Math.toIntExact(wide[i]);
      }
      return ids;
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  @Override
  public String decode(int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return nativeTokenizer.decode(wide, true);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public OptionalInt bosTokenId() {
    return special.bos();
  }

  @Override
  public OptionalInt eosTokenId() {
    return special.eos();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void close() {
    nativeTokenizer.close();
    plainText.close();
  }

  /**
   * The same tokenizer without its special tokens, for texts in which one is written out and meant
   * as text: the native library has no switch for that. Made when the first such text comes.
   */
  private static final class PlainText implements AutoCloseable {
    static final PlainText NEVER = new PlainText(List.of(), new byte[0]);

    private final List<String> specialTokens;
    private final byte[] json;
    private HuggingFaceTokenizer tokenizer;

    private PlainText(List<String> specialTokens, byte[] json) {
      this.specialTokens = specialTokens;
      this.json = json;
    }

    /**
     * @param root a tokenizer.json; its special tokens are taken out
     */
    static PlainText of(ObjectMapper mapper, ObjectNode root) throws IOException {
      List<String> taken = new ArrayList<>();
      ArrayNode kept = mapper.createArrayNode();
      for (JsonNode added : root.path("added_tokens")) {
        if (added.path("special").asBoolean()) {
          taken.add(added.path("content").asText());
        } else {
          kept.add(added);
        }
      }
      root.set("added_tokens", kept);
      return taken.isEmpty() ? NEVER : new PlainText(taken, mapper.writeValueAsBytes(root));
    }

    synchronized HuggingFaceTokenizer choose(String text, HuggingFaceTokenizer usual) {
      if (specialTokens.stream().noneMatch(text::contains)) {
        return usual;
      }
      if (tokenizer == null) {
        try {
          tokenizer = load(json);
        } catch (IOException e) {
          throw new UncheckedIOException("reading from memory", e);
        }
      }
      return tokenizer;
    }

    @Override
    public synchronized void close() {
      if (tokenizer != null) {
        tokenizer.close();
      }
    }
  }
}
