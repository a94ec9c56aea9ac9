package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.hub.HubServer;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models and texts that have to be downloaded first, as a user meets them. */
class HubEndToEndTest {
  @TempDir private Path home;
  private HubServer server;

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aModelIsDownloadedOnceAndThenNeedsNoNetwork() throws IOException, InterruptedException {
    Path tiny = TinyModel.unpack(home.resolve("tiny"));
    try (Stream<Path> files = Files.list(tiny)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith(".safetensors")) {
          server.putLarge(file.getFileName().toString(), Files.readAllBytes(file));
        } else {
          server.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    Cli.Result first = run("eval-ppl", "org/model", "--dataset", "tiny", "--limit", "2");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err()).contains("downloading model org/model");
    server.close();
    Cli.Result second = run("eval-ppl", "org/model", "--dataset", "tiny", "--limit", "2");
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    Cli.Result builtIn = Cli.run("eval-ppl", "tiny", "--dataset", "tiny", "--limit", "2");
    assertThat(second.out()).isEqualTo(builtIn.out());
  }

  @Test
  void aDryRunOfALargeModelReadsItsHeadersAlone() throws IOException, InterruptedException {
    server.addRepository("models/huggyllama/llama-7b");
    server.put("config.json", LLAMA_7B);
    byte[] header = header();
    server.putHuge("model.safetensors", header, header.length + 2 * PARAMETERS);
    Cli.Result plan =
        run("quantize", "llama-7b", "--method", "xnor", "--low-frac", "0.9", "--dry-run");
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains("huggyllama/llama-7b", "32 blocks", "now 13.5 GB")
        .containsPattern("32 x +mlp.down_proj +4096 x 11008");
    assertThat(home.resolve("hub")).doesNotExist();
  }

  @Test
  void withoutANetworkOneLineSaysWhatIsMissing() throws IOException, InterruptedException {
    server.close();
    Cli.Result plan =
        run("quantize", "llama-7b", "--method", "xnor", "--low-frac", "0.9", "--dry-run");
    assertThat(plan.code()).isEqualTo(3);
    assertThat(plan.err().strip().lines()).hasSize(1);
    assertThat(plan.err())
        .contains(
            "huggyllama/llama-7b", server.endpoint().toString(), "no connection", "hf download");
    Cli.Result text = run("eval-ppl", "tiny", "--dataset", "wikitext2");
    assertThat(text.code()).isEqualTo(3);
    assertThat(text.err().strip().lines()).hasSize(1);
    assertThat(text.err()).contains("wikitext2", "--data-dir", "no connection");
  }

  @Test
  void dataSetsArePulledByName() throws IOException, InterruptedException {
    server.addRepository("datasets/allenai/c4");
    server.put("en/c4-train.00000-of-01024.json.gz", "train");
    server.put("en/c4-validation.00000-of-00008.json.gz", "validation");
    Cli.Result pulled = run("pull", "c4");
    assertThat(pulled.code()).as(pulled.err()).isZero();
    Path snapshot = Path.of(pulled.out().strip());
    assertThat(snapshot.resolve("en/c4-train.00000-of-01024.json.gz")).hasContent("train");
    assertThat(snapshot.resolve("en/c4-validation.00000-of-00008.json.gz"))
        .hasContent("validation");
    assertThat(snapshot).startsWith(home.resolve("hub/datasets--allenai--c4"));
    Cli.Result nonsense = run("pull", "nonsense");
    assertThat(nonsense.code()).isEqualTo(3);
    assertThat(nonsense.err()).contains("nonsense is neither a hub id");
  }

  /** Runs in a process of its own, whose environment names the server. */
  private Cli.Result run(String... args) throws IOException, InterruptedException {
    Path out = home.resolve("out.txt");
    Path err = home.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(OwnProcess.command(args))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("HF_HUB_OFFLINE");
    builder.environment().remove("TRANSFORMERS_OFFLINE");
    builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
    builder.environment().put("HF_HUB_CACHE", home.resolve("hub").toString());
    int code = builder.start().waitFor();
    return new Cli.Result(code, Files.readString(out), Files.readString(err));
  }

  private static final long PARAMETERS = 6_738_415_616L;

  private static final String LLAMA_7B =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096,
       "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
       "rms_norm_eps": 1e-06, "vocab_size": 32000, "max_position_embeddings": 2048,
       "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float16"}
      """;

  /** The header of a file that holds all tensors of Llama-7B in float16. */
  private static byte[] header() {
    StringBuilder json = new StringBuilder("{");
    long offset = add(json, 0, "model.embed_tokens.weight", 32000, 4096);
    for (int layer = 0; layer < 32; layer++) {
      String prefix = "model.layers." + layer + ".";
      for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
        offset = add(json, offset, prefix + "self_attn." + name + ".weight", 4096, 4096);
      }
      offset = add(json, offset, prefix + "mlp.gate_proj.weight", 11008, 4096);
      offset = add(json, offset, prefix + "mlp.up_proj.weight", 11008, 4096);
      offset = add(json, offset, prefix + "mlp.down_proj.weight", 4096, 11008);
      offset = add(json, offset, prefix + "input_layernorm.weight", 4096);
      offset = add(json, offset, prefix + "post_attention_layernorm.weight", 4096);
    }
    offset = add(json, offset, "model.norm.weight", 4096);
    offset = add(json, offset, "lm_head.weight", 32000, 4096);
    assertThat(offset).isEqualTo(2 * PARAMETERS);
    json.setCharAt(json.length() - 1, '}');
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private static long add(StringBuilder json, long offset, String name, long... shape) {
    long bytes = 2;
    for (long d : shape) {
      bytes *= d;
    }
    json.append('"').append(name).append("\":{\"dtype\":\"F16\",\"shape\":");
    json.append(java.util.Arrays.toString(shape).replace(" ", ""));
    json.append(",\"data_offsets\":[")
        .append(offset)
        .append(',')
        .append(offset + bytes)
        .append("]},");
    return offset + bytes;
  }
}
