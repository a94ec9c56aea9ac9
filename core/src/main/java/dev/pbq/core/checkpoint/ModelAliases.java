package dev.pbq.core.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Short names of the models that papers on quantization measure. */
public final class ModelAliases {
  private static final Map<String, String> HUB_IDS = table();

  private ModelAliases() {}

  /** The hub id that a short name stands for. */
  public static Optional<String> hubId(String alias) {
    return Optional.ofNullable(HUB_IDS.get(alias));
  }

  /** All short names with their hub ids. */
  public static Map<String, String> all() {
    return HUB_IDS;
  }

  private static Map<String, String> table() {
    Map<String, String> ids = new LinkedHashMap<>();
    for (String size : new String[] {"7b", "13b", "30b", "65b"}) {
      ids.put("llama-" + size, "huggyllama/llama-" + size);
    }
    for (String size : new String[] {"7b", "13b", "70b"}) {
      ids.put("llama-2-" + size, "meta-llama/Llama-2-" + size + "-hf");
    }
    ids.put("llama-3-8b", "meta-llama/Meta-Llama-3-8B");
    ids.put("llama-3-70b", "meta-llama/Meta-Llama-3-70B");
    ids.put("llama-3.1-8b", "meta-llama/Llama-3.1-8B");
    ids.put("llama-3.2-1b", "meta-llama/Llama-3.2-1B");
    ids.put("llama-3.2-3b", "meta-llama/Llama-3.2-3B");
    ids.put("tinyllama-1.1b", "TinyLlama/TinyLlama-1.1B-intermediate-step-1431k-3T");
    for (String size : new String[] {"125m", "350m", "1.3b", "2.7b", "6.7b", "13b", "30b", "66b"}) {
      ids.put("opt-" + size, "facebook/opt-" + size);
    }
    for (String size : new String[] {"7b", "13b"}) {
      ids.put("vicuna-" + size, "lmsys/vicuna-" + size + "-v1.5");
    }
    ids.put("mistral-7b", "mistralai/Mistral-7B-v0.1");
    ids.put("qwen2-0.5b", "Qwen/Qwen2-0.5B");
    ids.put("qwen2-1.5b", "Qwen/Qwen2-1.5B");
    ids.put("qwen2-7b", "Qwen/Qwen2-7B");
    ids.put("qwen2.5-0.5b", "Qwen/Qwen2.5-0.5B");
    ids.put("qwen2.5-1.5b", "Qwen/Qwen2.5-1.5B");
    ids.put("qwen2.5-7b", "Qwen/Qwen2.5-7B");
    return Collections.unmodifiableMap(ids);
  }
}
