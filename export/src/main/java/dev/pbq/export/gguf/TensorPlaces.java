package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.BlockNorm;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.NormRole;
import dev.pbq.core.model.OuterNames;
import dev.pbq.core.model.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of a model's tensors in a GGUF file, by the roles of its linears and norms. There is a
 * name for a bias beside every weight, also where the configuration has no bias.
 */
final class TensorPlaces {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  /**
   * The place of one tensor.
   *
   * @param name in the file
   * @param linear whether it is the weight of one of a block's linears
   * @param permutedHeads heads whose rows change places; 0 if they stay
   */
  record Place(String name, boolean linear, int permutedHeads) {}

  private final String architecture;
  private final Map<String, Place> places = new HashMap<>();

  /**
   * The places of all tensors.
   *
   * @param architecture in llama.cpp's words; {@code llama} rotates neighbouring features, so that
   *     rows of queries and keys change places
   */
  TensorPlaces(String architecture, CausalModel model) {
    this.architecture = architecture;
    boolean permuted = architecture.equals("llama");
    for (int b = 0; b < model.blocks(); b++) {
      for (BlockNorm norm : model.layout().norms(b)) {
        putBoth(norm.name(), b, part(norm.role()), false, 0);
      }
      for (LinearInput input : model.linearInputs(b)) {
        for (Linear linear : input.linears()) {
          int heads = permuted ? heads(model, linear.role()) : 0;
          putBoth(linear.name(), b, part(linear.role()), true, heads);
        }
      }
    }
    OuterNames outer = model.layout().outer();
    places.put(outer.embedding() + WEIGHT, new Place("token_embd.weight", false, 0));
    outer
        .finalNorm()
        .ifPresent(n -> places.put(n + WEIGHT, new Place("output_norm.weight", false, 0)));
    places.put(outer.head() + WEIGHT, new Place("output.weight", false, 0));
  }

  private void putBoth(String source, int block, String part, boolean linear, int permutedHeads) {
    String target = "blk." + block + "." + part;
    places.put(source + WEIGHT, new Place(target + WEIGHT, linear, permutedHeads));
    places.put(source + BIAS, new Place(target + BIAS, false, permutedHeads));
  }

  private static String part(NormRole role) {
    return switch (role) {
      case ATTENTION -> "attn_norm";
      case MLP -> "ffn_norm";
      case ATTENTION_OUTPUT, MLP_OUTPUT ->
          throw new IllegalArgumentException("no llama has a norm " + role);
    };
  }

  private static String part(Role role) {
    return switch (role) {
      case QUERY -> "attn_q";
      case KEY -> "attn_k";
      case VALUE -> "attn_v";
      case ATTENTION_OUT -> "attn_output";
      case GATE -> "ffn_gate";
      case UP, FC1 -> "ffn_up";
      case DOWN, FC2 -> "ffn_down";
      case QUERY_KEY_VALUE,
          QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY,
          GATE_UP ->
          throw new IllegalArgumentException("no llama has a linear of role " + role);
    };
  }

  /** Heads whose rows stand in another order in the file: those that are rotated. */
  private static int heads(CausalModel model, Role role) {
    return role == Role.QUERY
        ? model.attention().heads()
        : role == Role.KEY ? model.attention().keyValueHeads() : 0;
  }

  /**
   * The place of a tensor.
   *
   * @throws PbqException BAD_DATA if there is none
   */
  Place of(String tensor) {
    Place place = places.get(tensor);
    if (place == null) {
      throw PbqException.badData(
          "tensor " + tensor + " has no place in a GGUF file of architecture " + architecture);
    }
    return place;
  }

  /** Whether a tensor is the weight of one of a block's linears. */
  boolean isLinear(String tensor) {
    Place place = places.get(tensor);
    return place != null && place.linear();
  }
}
