package dev.pbq.export.gguf.family;

import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.DeltaSizes;
import dev.pbq.core.model.Rope;
import dev.pbq.core.model.RotarySpec;
import dev.pbq.core.model.Routing;
import java.util.List;
import java.util.Optional;

/** Facts of a model that files of some architectures have keys for. */
public enum Fact {
  /** How many positions back a token sees, where that is limited. */
  WINDOW {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      window(facts).ifPresent(n -> keys.count(KeyNames.WINDOW, n));
    }
  },
  /** As {@link #WINDOW}; 0 where it is not limited. */
  WINDOW_OR_ZERO {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.count(KeyNames.WINDOW, window(facts).orElse(0));
    }
  },
  /** Which blocks have the window. */
  WINDOW_FLAGS {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      if (window(facts).isPresent()) {
        keys.flags(
            KeyNames.WINDOW_PATTERN,
            facts.blocks().stream().map(b -> b.attention().window() > 0).toList());
      }
    }
  },
  /** The base of the frequencies of blocks with a window. */
  WINDOW_ROPE_BASE {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      facts.blocks().stream()
          .map(DecoderFacts.Block::attention)
          .filter(a -> a.window() > 0)
          .flatMap(a -> a.rotary().stream())
          .map(RotarySpec::rope)
          .findFirst()
          .ifPresent(rope -> keys.number(KeyNames.WINDOW_ROPE_BASE, rope.theta()));
    }
  },
  /**
   * Nothing in itself: llama.cpp does not read the window of this architecture, so that the key is
   * there for other readers.
   */
  WINDOW_UNREAD {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      // The key is that of WINDOW.
    }
  },
  /**
   * The widths of latent attention. To llama.cpp all heads share one key and value: the narrow
   * vector with the part of the key that turns.
   */
  LATENT {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      DecoderFacts.Attention attention = facts.blocks().get(0).attention();
      DecoderFacts.Latent latent = attention.latent().orElseThrow();
      keys.count(KeyNames.KEY_VALUE_HEADS, 1);
      keys.count(KeyNames.KEY_LENGTH, latent.keyValueRank() + latent.turning());
      keys.count(KeyNames.VALUE_LENGTH, latent.keyValueRank());
      keys.count(KeyNames.HEAD_KEY_LENGTH, attention.shape().headDim());
      keys.count(KeyNames.HEAD_VALUE_LENGTH, attention.shape().valueDim());
      if (latent.queryRank() > 0) {
        keys.count(KeyNames.QUERY_RANK, latent.queryRank());
      }
      keys.count(KeyNames.KEY_VALUE_RANK, latent.keyValueRank());
      if (attention.rotary().orElseThrow().rope().scaling() instanceof Rope.Yarn yarn) {
        // The scale of the scores is (1 + logarithm * ln factor)^2 / sqrt(width of a head).
        double factor = Math.sqrt(attention.scale() * Math.sqrt(attention.shape().headDim()));
        keys.number(KeyNames.YARN_LOG, (factor - 1) / Math.log(yarn.factor()));
      }
    }
  },
  /** The widths of a delta rule, and every how many blocks attention takes its place. */
  DELTA {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      DeltaSizes sizes =
          facts.blocks().stream().flatMap(b -> b.delta().stream()).findFirst().orElseThrow();
      keys.count(KeyNames.DELTA_KERNEL, sizes.kernel());
      keys.count(KeyNames.DELTA_KEY_LENGTH, sizes.keyDim());
      keys.count(KeyNames.DELTA_KEY_HEADS, sizes.keyHeads());
      keys.count(KeyNames.DELTA_VALUE_HEADS, sizes.valueHeads());
      keys.count(KeyNames.DELTA_VALUES, sizes.values());
      keys.count(
          KeyNames.ATTENTION_INTERVAL,
          1 + facts.blocks().stream().takeWhile(b -> b.delta().isPresent()).count());
    }
  },
  /** How queries grow with their position, and that yarn changes no scores beside. */
  GROWTH {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.TEMPERATURE, facts.blocks().get(0).attention().growth());
      keys.number(KeyNames.YARN_LOG, 1);
    }
  },
  /** The factor of the scores. */
  SCORE_SCALE {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.SCORE_SCALE, facts.blocks().get(0).attention().scale());
    }
  },
  /** The limit of the scores. */
  SCORE_CAP {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.SCORE_CAP, facts.blocks().get(0).attention().softcap());
    }
  },
  /** The limit of the logits, where there is one. */
  LOGIT_CAP {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      if (facts.head().softcap() > 0) {
        keys.number(KeyNames.LOGIT_CAP, facts.head().softcap());
      }
    }
  },
  /** The factor of the token embedding. */
  EMBEDDING_SCALE {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.EMBEDDING_SCALE, facts.embedding().factor());
    }
  },
  /** The factor of what each half of a block adds. */
  RESIDUAL_SCALE {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.RESIDUAL_SCALE, facts.blocks().get(0).factor());
    }
  },
  /** What logits are multiplied by. */
  LOGIT_FACTOR {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.LOGIT_SCALE, facts.head().factor());
    }
  },
  /** What logits are divided by. */
  LOGIT_DIVISOR {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.number(KeyNames.LOGIT_SCALE, 1 / facts.head().factor());
    }
  },
  /** Whether attention and MLP stand side by side. */
  PARALLEL {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.flag(KeyNames.PARALLEL, facts.blocks().get(0).form() == DecoderFacts.Form.PARALLEL);
    }
  },
  /** The order of the rows of fused queries, keys and values, by its inventor's name. */
  FUSED_LAYOUT {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.text(KeyNames.FUSED_LAYOUT, "jploski");
    }
  },
  /** How many experts there are, how many a token goes to, and how wide they are. */
  EXPERTS {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      DecoderFacts.Mixture mixture = mixture(facts);
      keys.count(KeyNames.EXPERTS, mixture.experts());
      keys.count(KeyNames.EXPERTS_USED, mixture.routing().experts());
    }
  },
  /** The width of an expert. */
  EXPERT_WIDTH {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.count(KeyNames.EXPERT_WIDTH, expertWidth(facts));
    }
  },
  /** The width of the MLP that sees every token. */
  SHARED_WIDTH {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.count(KeyNames.SHARED_WIDTH, mixture(facts).sharedWidth());
    }
  },
  /** How many experts the MLP that sees every token counts for. */
  SHARED_COUNT {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.count(KeyNames.SHARED_COUNT, mixture(facts).sharedWidth() / expertWidth(facts));
    }
  },
  /** How many blocks have no experts, from the first on. */
  LEADING_DENSE {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      keys.count(
          KeyNames.LEADING_DENSE,
          facts.blocks().stream().takeWhile(b -> b.mixture().isEmpty()).count());
    }
  },
  /** How logits of the router become scores, and scores weights. */
  ROUTING {
    @Override
    void put(DecoderFacts facts, KeySink keys) {
      Routing routing = mixture(facts).routing();
      keys.count(
          KeyNames.GATING,
          switch (routing.scoring()) {
            case SOFTMAX -> 1;
            case SIGMOID -> 2;
            case SOFTMAX_OF_CHOSEN -> 3;
          });
      keys.flag(KeyNames.EXPERTS_NORMALIZED, routing.normalized());
      keys.number(KeyNames.EXPERTS_FACTOR, routing.factor());
      keys.count(KeyNames.EXPERT_GROUPS, routing.groups());
      keys.count(KeyNames.EXPERT_GROUPS_USED, routing.keptGroups());
    }
  };

  /** Says the fact of one model. */
  abstract void put(DecoderFacts facts, KeySink keys);

  private static Optional<Integer> window(DecoderFacts facts) {
    List<Integer> windows =
        facts.blocks().stream().map(b -> b.attention().window()).filter(w -> w > 0).toList();
    return windows.isEmpty() ? Optional.empty() : Optional.of(windows.get(0));
  }

  private static DecoderFacts.Block mixed(DecoderFacts facts) {
    return facts.blocks().stream().filter(b -> b.mixture().isPresent()).findFirst().orElseThrow();
  }

  private static DecoderFacts.Mixture mixture(DecoderFacts facts) {
    return mixed(facts).mixture().orElseThrow();
  }

  private static int expertWidth(DecoderFacts facts) {
    return mixed(facts).mlp().width();
  }
}
