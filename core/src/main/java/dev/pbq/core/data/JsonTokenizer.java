package dev.pbq.core.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.pbq.core.parallel.Parallel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A tokenizer described by a tokenizer.json, run by Hugging Face's native library. */
final class JsonTokenizer implements Tokenizer {
  private final Path file;
  private final HuggingFaceTokenizer nativeTokenizer;
  private final SafeCuts cuts;
  private final PlainText plainText;
  private final Map<Integer, String> tokens;
  private final SpecialTokens special;
  private final String fingerprint;

  private JsonTokenizer(
      Path file,
      HuggingFaceTokenizer nativeTokenizer,
      SafeCuts cuts,
      PlainText plainText,
      Map<Integer, String> tokens,
      SpecialTokens special,
      String fingerprint) {
    this.file = file;
    this.nativeTokenizer = nativeTokenizer;
    this.cuts = cuts;
    this.plainText = plainText;
    this.tokens = tokens;
    this.special = special;
    this.fingerprint = fingerprint;
  }

  /**
   * Opens one.
   *
   * @param file named in errors
   * @param bytes a tokenizer.json; its sections "truncation" and "padding" are ignored
   */
  static JsonTokenizer open(
      Path file,
      byte[] bytes,
      TokenizerFacts facts,
      BosRule rule,
      SpecialTokenText specialTokenText,
      String fingerprint) {
    TokenizerJson json = TokenizerJson.read(file, bytes, facts);
    SpecialTokens special =
        SpecialTokens.resolve(
            facts, rule, PostProcessor.read(file, json.postProcessor()), json::id);
    HuggingFaceTokenizer tokenizer;
    try {
      tokenizer = load(json.bytes());
    } catch (RuntimeException e) {
      throw Messages.unusable(file, e);
    }
    json.tellRenumbered();
    PlainText plainText =
        specialTokenText == SpecialTokenText.AS_TEXT && !json.specials().isEmpty()
            ? new PlainText(json.specials(), json.bytesWithoutSpecials(), json.renumbering())
            : PlainText.NEVER;
    return new JsonTokenizer(
        file, tokenizer, json.cuts(), plainText, json.tokens(), special, fingerprint);
  }

  private static HuggingFaceTokenizer load(byte[] json) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String mended = WellFormed.of(text);
    int[] ids;
    try {
      ids = plainText.concerns(mended) ? plainText.encode(mended) : encodePieces(mended);
    } catch (RuntimeException e) {
      throw Messages.unusable(file, e);
    }
    return addSpecialTokens ? special.around().around(ids) : ids;
  }

  /** Pieces of a long text side by side. */
  private int[] encodePieces(String text) {
    List<String> pieces = cuts.pieces(text);
    return Parallel.mapRanges(pieces.size(), 1, (i, end) -> encode(nativeTokenizer, pieces.get(i)))
        .stream()
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  /**
   * Asks the native library for the ids alone. HuggingFaceTokenizer.encode also makes a string and
   * a span object for each token, which for a corpus of some MB is hundreds of MB of heap.
   */
  private static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = library.encode(tokenizer.getHandle(), text, false);
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
    try {
      return nativeTokenizer.decode(wide, true);
    } catch (RuntimeException e) {
      throw Messages.unusable(file, e);
    }
  }

  @Override
  public String piece(int id) {
    return tokens.getOrDefault(id, "");
  }

  @Override
  public Surroundings surroundings() {
    return special.around();
  }

  @Override
  public int vocabularySize() {
    return 1 + Collections.max(tokens.keySet());
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
    static final PlainText NEVER = new PlainText(List.of(), new byte[0], Map.of());

    private final List<String> specialTokens;
    private final byte[] json;
    private final Map<Integer, Integer> renumbering;
    private HuggingFaceTokenizer tokenizer;

    /**
     * @param json a tokenizer.json without the special tokens
     * @param renumbering from its ids to those of the whole tokenizer, where they differ
     */
    PlainText(List<String> specialTokens, byte[] json, Map<Integer, Integer> renumbering) {
      this.specialTokens = specialTokens;
      this.json = json;
      this.renumbering = renumbering;
    }

    boolean concerns(String text) {
      return specialTokens.stream().anyMatch(text::contains);
    }

    int[] encode(String text) {
      int[] ids = JsonTokenizer.encode(opened(), text);
      for (int i = 0; i < ids.length && !renumbering.isEmpty(); i++) {
        ids[i] = renumbering.getOrDefault(ids[i], ids[i]);
      }
      return ids;
    }

    private synchronized HuggingFaceTokenizer opened() {
      if (tokenizer == null) {
        tokenizer = load(json);
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
