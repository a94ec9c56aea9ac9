package dev.pbq.core.data;

import java.util.Locale;
import java.util.Map;

/**
 * The rule by which a tokenizer is built from its parts (a vocabulary and merges, a word list, a
 * SentencePiece model), and the names of its special tokens where the files give none. Reference:
 * the tokenizer classes of Hugging Face transformers 5.
 */
public enum TokenizerClass {
  GPT2(Map.of("bos", "<|endoftext|>", "eos", "<|endoftext|>", "unk", "<|endoftext|>")),
  QWEN2(Map.of("eos", "<|endoftext|>", "unk", "<|endoftext|>", "pad", "<|endoftext|>")),
  LLAMA(Map.of("bos", "<s>", "eos", "</s>", "unk", "<unk>")),
  GEMMA(Map.of("bos", "<bos>", "eos", "<eos>", "unk", "<unk>", "pad", "<pad>")),
  BERT(Map.of("unk", "[UNK]", "sep", "[SEP]", "pad", "[PAD]", "cls", "[CLS]", "mask", "[MASK]")),
  /** The files name no class; the kind of the parts decides. */
  UNSTATED(Map.of()),
  /** A class whose rule is not known here. */
  OTHER(Map.of());

  @SuppressWarnings("ImmutableEnumChecker") // made by Map.of
  private final Map<String, String> defaultTokens;

  TokenizerClass(Map<String, String> defaultTokens) {
    this.defaultTokens = defaultTokens;
  }

  /** The texts of special tokens that the files do not mention, by name ({@code bos eos ...}). */
  public Map<String, String> defaultTokens() {
    return defaultTokens;
  }

  /**
   * The class of a folder. Qwen2's models have it whatever their files say, as in transformers,
   * because many of them name another.
   *
   * @param name {@code tokenizer_class}; "" where none is given
   * @param modelType {@code model_type}; "" where none is given
   */
  static TokenizerClass of(String name, String modelType) {
    if (modelType.equals("qwen2")) {
      return QWEN2;
    }
    return switch (name.replace("Fast", "")) {
      case "GPT2Tokenizer" -> GPT2;
      case "Qwen2Tokenizer" -> QWEN2;
      case "LlamaTokenizer", "CodeLlamaTokenizer" -> LLAMA;
      case "GemmaTokenizer" -> GEMMA;
      case "BertTokenizer", "DistilBertTokenizer" -> BERT;
      case "", "PreTrainedTokenizer", "TokenizersBackend" -> ofModel(modelType);
      default -> OTHER;
    };
  }

  private static TokenizerClass ofModel(String modelType) {
    String type = modelType.toLowerCase(Locale.ROOT);
    if (type.startsWith("gemma")) {
      return GEMMA;
    }
    return switch (type) {
      case "gpt2", "opt" -> GPT2;
      case "qwen2_moe", "qwen3", "qwen3_moe" -> QWEN2;
      case "llama" -> LLAMA;
      case "bert", "distilbert" -> BERT;
      default -> UNSTATED;
    };
  }
}
