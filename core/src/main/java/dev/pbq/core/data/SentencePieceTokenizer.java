package dev.pbq.core.data;

import ai.djl.sentencepiece.SpTokenizer;
import dev.pbq.core.PbqException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A tokenizer.model, run by the native SentencePiece library. Added tokens in the text, and special
 * ones if they are to become ids, are taken out first; the stretches between them are encoded each
 * on its own. With {@code legacy} each gets a space in front, else the first alone, if nothing
 * stands before it (LlamaTokenizer of transformers 5).
 */
final class SentencePieceTokenizer implements Tokenizer {
  private static final char SPACE = '\u2581';

  /** Field normalizer_spec with add_dummy_prefix false: behind a model it overrules the model's. */
  private static final byte[] NO_PREFIX = {3 << 3 | 2, 2, 3 << 3, 0};

  private final Path file;
  private final SpTokenizer withPrefix;
  private final SpTokenizer withoutPrefix;
  private final SentencePieceModel model;
  private final Map<String, AddedToken> added;
  private final TextCutter cutter;
  private final boolean legacy;
  private final boolean prefixSpace;
  private final SpecialTokens special;
  private final String fingerprint;

  private SentencePieceTokenizer(
      Path file,
      SpTokenizer withPrefix,
      SpTokenizer withoutPrefix,
      SentencePieceModel model,
      Map<String, AddedToken> added,
      TextCutter cutter,
      TokenizerFacts facts,
      SpecialTokens special,
      String fingerprint) {
    this.file = file;
    this.withPrefix = withPrefix;
    this.withoutPrefix = withoutPrefix;
    this.model = model;
    this.added = added;
    this.cutter = cutter;
    this.legacy = facts.flags().legacy().orElse(facts.kind() != TokenizerClass.LLAMA);
    this.prefixSpace =
        model.dummyPrefix()
            && (facts.kind() != TokenizerClass.LLAMA
                || facts.flags().addPrefixSpace().orElse(true));
    this.special = special;
    this.fingerprint = fingerprint;
  }

  static SentencePieceTokenizer open(
      Path file,
      byte[] bytes,
      TokenizerFacts facts,
      BosRule rule,
      SpecialTokenText specialTokenText,
      String fingerprint) {
    SentencePieceModel model = SentencePieceModel.parse(file, bytes);
    Map<String, Integer> ids = new HashMap<>();
    Map<String, AddedToken> added = new HashMap<>();
    for (int id = 0; id < model.pieces().size(); id++) {
      SentencePieceModel.Piece piece = model.pieces().get(id);
      ids.putIfAbsent(piece.text(), id);
      if (piece.isSpecial()) {
        added.put(piece.text(), AddedToken.special(piece.text(), id));
      }
    }
    facts.addedTokens().forEach(token -> added.put(token.content(), token));
    for (String text : facts.specialTexts()) {
      if (ids.containsKey(text)) {
        added.put(text, AddedToken.special(text, ids.get(text)));
      }
    }
    added.values().forEach(token -> ids.put(token.content(), token.id()));
    SpecialTokens special =
        SpecialTokens.resolve(
            facts,
            rule,
            Optional.empty(),
            token -> {
              Integer id = ids.get(token);
              return id == null ? OptionalInt.empty() : OptionalInt.of(id);
            });
    List<AddedToken> matched =
        added.values().stream()
            .filter(token -> specialTokenText == SpecialTokenText.AS_TOKENS || !token.special())
            .toList();
    SpTokenizer withPrefix = load(file, bytes);
    SpTokenizer withoutPrefix;
    try {
      withoutPrefix = load(file, withoutPrefix(bytes));
    } catch (PbqException e) {
      withPrefix.close();
      throw e;
    }
    return new SentencePieceTokenizer(
        file,
        withPrefix,
        withoutPrefix,
        model,
        added,
        new TextCutter(matched),
        facts,
        special,
        fingerprint);
  }

  private static byte[] withoutPrefix(byte[] bytes) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + NO_PREFIX.length);
    System.arraycopy(NO_PREFIX, 0, longer, bytes.length, NO_PREFIX.length);
    return longer;
  }

  private static SpTokenizer load(Path file, byte[] bytes) {
    try {
      return new SpTokenizer(bytes);
    } catch (RuntimeException e) {
      throw Messages.unusable(file, e);
    }
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    IdList ids = new IdList();
    cutter.cut(
        WellFormed.of(text),
        (stretch, from) -> {
          if (!stretch.isEmpty()) {
            boolean prefixed = prefixSpace && (legacy || from == 0);
            ids.add(encode(prefixed ? withPrefix : withoutPrefix, stretch));
          }
        },
        token -> ids.add(token.id()));
    return addSpecialTokens ? special.around().around(ids.toArray()) : ids.toArray();
  }

  private int[] encode(SpTokenizer tokenizer, String stretch) {
    try {
      return tokenizer.getProcessor().encode(stretch);
    } catch (RuntimeException e) {
      throw Messages.unusable(file, e);
    }
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= model.pieces().size()) {
        bytes.writeBytes(textOfAdded(id).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      SentencePieceModel.Piece piece = model.pieces().get(id);
      if (piece.type() == SentencePieceModel.PieceType.BYTE) {
        bytes.write(piece.byteValue());
      } else if (!piece.isSpecial()) {
        bytes.writeBytes(piece.text().replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8));
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    return prefixSpace && text.startsWith(" ") ? text.substring(1) : text;
  }

  /** The text of an added token that is not special; "" for any other id. */
  private String textOfAdded(int id) {
    return added.values().stream()
        .filter(token -> token.id() == id && !token.special())
        .map(AddedToken::content)
        .findFirst()
        .orElse("");
  }

  @Override
  public String piece(int id) {
    if (id >= 0 && id < model.pieces().size()) {
      return model.pieces().get(id).text();
    }
    return added.values().stream()
        .filter(token -> token.id() == id)
        .map(AddedToken::content)
        .findFirst()
        .orElse("");
  }

  @Override
  public Surroundings surroundings() {
    return special.around();
  }

  @Override
  public int vocabularySize() {
    int highest = added.values().stream().mapToInt(AddedToken::id).max().orElse(-1);
    return Math.max(model.pieces().size(), highest + 1);
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
    withPrefix.close();
    withoutPrefix.close();
  }

  /** A growing list of ids, unboxed. */
  private static final class IdList {
    private int[] ids = new int[64];
    private int size;

    void add(int... more) {
      if (size + more.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + more.length, ids.length * 2));
      }
      System.arraycopy(more, 0, ids, size, more.length);
      size += more.length;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
