package dev.pbq.torture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The commands that are killed, each as small as it can be and still do everything.
 *
 * @param model a small dense model, {@code tiny} or a folder
 * @param packed the same, quantized: what is exported and tuned
 */
record Scenarios(String model, Path packed) {
  private static final String DATA_FREE = "--method rtn --bits 4 --threads 2";

  /** Makes {@link #packed}. */
  List<String> preparation() {
    return List.of(("quantize " + model + " " + DATA_FREE + " --out " + packed).split(" ", -1));
  }

  /** All but those that need a hub. */
  List<Scenario> offline() {
    String windows = "--calib tiny --nsamples 4 --seqlen 48 --threads 1";
    String training = "--dataset tiny --batch 1 --seqlen 32 --held-out 2 --threads 1";
    List<Scenario> all = new ArrayList<>();
    all.add(Scenario.of("quantize", "quantize " + model + " " + DATA_FREE + " --out out", "out"));
    all.add(
        Scenario.of(
                "quantize-force",
                "quantize " + model + " " + DATA_FREE + " --force --out out",
                "out")
            .over("quantize " + model + " --method rtn --bits 2 --out out"));
    all.add(
        Scenario.of(
            "quantize-calibrated",
            "quantize " + model + " --method gptq --bits 3 " + windows + " --out out",
            "out"));
    all.add(
        Scenario.of(
            "train",
            "train "
                + model
                + " --method pb-qat --steps 4 --accumulate 1 "
                + training
                + " --out out",
            "out"));
    all.add(
        Scenario.of(
            "tune",
            "tune " + packed + " --reference " + model + " --steps 3 " + training + " --out out",
            "out"));
    all.add(
        Scenario.of(
            "export-gguf",
            "export " + packed + " --format gguf --no-tokenizer --verify-logits 0 --out m.gguf",
            "m.gguf"));
    all.add(
        Scenario.of(
            "export-hf", "export " + packed + " --format hf --verify-logits 0 --out hf", "hf"));
    all.add(
        Scenario.of(
            "compare",
            "compare "
                + model
                + " --methods rtn:bits=4,bfp --dataset tiny --limit 1 --seqlen 32 --kl-limit 1"
                + " --threads 1 --out cmp",
            "cmp/rtn*",
            "cmp/bfp*"));
    all.add(
        Scenario.of(
            "search",
            "search "
                + model
                + " --dataset tiny --trials 2 --seqlen 32 --limit 1 --sampler random --threads 1"
                + " --out found",
            "found/best.toml"));
    return all;
  }

  /** A download from a hub that has {@link LocalHub#MODEL}. */
  static Scenario pull(LocalHub hub) {
    return Scenario.of("pull", "pull " + LocalHub.MODEL, "hub/models--org--model/blobs/*")
        .in(
            Map.of(
                "HF_ENDPOINT", hub.endpoint(),
                "HF_HUB_OFFLINE", "0",
                "HF_HUB_CACHE", "hub",
                "HF_TOKEN", ""));
  }
}
