package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the tokenizer of a Hugging Face model folder. */
public final class Tokenizers {
  private static final Logger log = LoggerFactory.getLogger(Tokenizers.class);

  private static final String TOKENIZER_JSON = "tokenizer.json";
  private static final String TOKENIZER_MODEL = "tokenizer.model";
  private static final String VOCAB_JSON = "vocab.json";
  private static final String MERGES_TXT = "merges.txt";
  private static final String VOCAB_TXT = "vocab.txt";

  /** Says why a folder that was unpacked from a file has no tokenizer. */
  private static final String REFUSED = "tokenizer-refused.txt";

  private Tokenizers() {}

  /** With {@link BosRule#AUTO}, special tokens in a text being text. */
  public static Tokenizer open(Path modelFolder) {
    return open(modelFolder, BosRule.AUTO);
  }

  /** Special tokens in a text being text. */
  public static Tokenizer open(Path modelFolder, BosRule rule) {
    return open(modelFolder, rule, SpecialTokenText.AS_TEXT);
  }

  /**
   * Opens tokenizer.json, else tokenizer.model (SentencePiece), else vocab.json with merges.txt
   * (byte-level BPE, as of GPT-2, OPT and Qwen2), else vocab.txt (WordPiece, as of BERT). The last
   * three are parts, put together by the rule of the folder's tokenizer class, which must be one
   * that is known here. The caller closes the result.
   *
   * @throws PbqException NOT_FOUND if the folder holds none of them; BAD_DATA if a file is broken
   *     or the class is another; USAGE if a BOS is asked for and the vocabulary has none
   */
  public static Tokenizer open(Path modelFolder, BosRule rule, SpecialTokenText specialTokenText) {
    if (!Files.isDirectory(modelFolder)) {
      throw PbqException.notFound("model folder " + modelFolder + " does not exist");
    }
    disableDownloads();
    TokenizerFacts facts = TokenizerFacts.read(modelFolder);
    Tokenizer tokenizer = open(modelFolder, facts, rule, specialTokenText);
    log.debug(
        "tokenizer of {}: {} ids, an empty text gives {}",
        modelFolder,
        tokenizer.vocabularySize(),
        tokenizer.encode(""));
    return tokenizer;
  }

  private static Tokenizer open(
      Path folder, TokenizerFacts facts, BosRule rule, SpecialTokenText specialTokenText) {
    if (Files.isRegularFile(folder.resolve(TOKENIZER_JSON))) {
      byte[] json = read(folder.resolve(TOKENIZER_JSON));
      return JsonTokenizer.open(
          folder.resolve(TOKENIZER_JSON),
          json,
          facts,
          rule,
          specialTokenText,
          fingerprint(folder, TOKENIZER_JSON));
    }
    if (Files.isRegularFile(folder.resolve(TOKENIZER_MODEL))) {
      require(facts, TOKENIZER_MODEL, TokenizerClass.LLAMA, TokenizerClass.GEMMA);
      return SentencePieceTokenizer.open(
          folder.resolve(TOKENIZER_MODEL),
          read(folder.resolve(TOKENIZER_MODEL)),
          facts,
          rule,
          specialTokenText,
          fingerprint(folder, TOKENIZER_MODEL));
    }
    Path vocabulary = folder.resolve(VOCAB_JSON);
    Path merges = folder.resolve(MERGES_TXT);
    if (Files.isRegularFile(vocabulary) && Files.isRegularFile(merges)) {
      require(facts, VOCAB_JSON + " and " + MERGES_TXT, TokenizerClass.GPT2, TokenizerClass.QWEN2);
      return JsonTokenizer.open(
          vocabulary,
          ByteLevelBpe.tokenizerJson(vocabulary, merges, facts),
          facts,
          rule,
          specialTokenText,
          fingerprint(folder, VOCAB_JSON, MERGES_TXT));
    }
    Path words = folder.resolve(VOCAB_TXT);
    if (Files.isRegularFile(words)) {
      require(facts, VOCAB_TXT, TokenizerClass.BERT);
      return JsonTokenizer.open(
          words,
          WordPiece.tokenizerJson(words, facts),
          facts,
          rule,
          specialTokenText,
          fingerprint(folder, VOCAB_TXT));
    }
    Path refused = folder.resolve(REFUSED);
    if (Files.isRegularFile(refused)) {
      String reason = new String(read(refused), StandardCharsets.UTF_8);
      throw PbqException.badData(Wording.of("%s; give a folder with {tokenizer}", reason.strip()));
    }
    throw PbqException.notFound(
        "%s has no tokenizer: looked for %s, %s, %s with %s, and %s"
            .formatted(folder, TOKENIZER_JSON, TOKENIZER_MODEL, VOCAB_JSON, MERGES_TXT, VOCAB_TXT));
  }

  /** Refuses a class whose rule for putting these parts together is not known. */
  private static void require(TokenizerFacts facts, String parts, TokenizerClass... known) {
    if (facts.kind() == TokenizerClass.UNSTATED || List.of(known).contains(facts.kind())) {
      return;
    }
    throw PbqException.badData(
        "%s: no tokenizer of class %s can be made from %s here; a tokenizer.json is needed"
            .formatted(
                facts.folder(),
                facts.className().isEmpty() ? facts.kind() : facts.className(),
                parts));
  }

  /** SHA-256 over the names, lengths and bytes of the files that take part and are there. */
  private static String fingerprint(Path folder, String... mainFiles) {
    Sha256 sha = new Sha256();
    List<String> sideFiles =
        List.of(
            TokenizerFacts.TOKENIZER_CONFIG,
            TokenizerFacts.SPECIAL_TOKENS_MAP,
            TokenizerFacts.ADDED_TOKENS);
    for (String name : mainFiles) {
      addFile(sha, folder.resolve(name));
    }
    for (String name : sideFiles) {
      if (Files.isRegularFile(folder.resolve(name))) {
        addFile(sha, folder.resolve(name));
      }
    }
    return sha.hex();
  }

  private static void addFile(Sha256 sha, Path file) {
    byte[] bytes = read(file);
    sha.add((file.getFileName() + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
    sha.add(bytes);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable: " + Messages.of(e), e);
    }
  }

  /**
   * DJL looks for native libraries on the network unless this is switched off before its first use.
   */
  private static void disableDownloads() {
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
  }
}
