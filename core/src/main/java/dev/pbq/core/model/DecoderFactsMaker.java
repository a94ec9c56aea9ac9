package dev.pbq.core.model;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes the public facts of a description. */
final class DecoderFactsMaker {
  private DecoderFactsMaker() {}

  /** The facts; empty where no block has attention. */
  static Optional<DecoderFacts> of(DecoderSpec spec) {
    return spec.blocks().stream()
        .flatMap(block -> attention(block.attention().sublayer()).stream())
        .findFirst()
        .map(any -> facts(spec, any));
  }

  private static DecoderFacts facts(DecoderSpec spec, DecoderFacts.Attention any) {
    ModelSizes sizes = spec.sizes();
    return new DecoderFacts(
        sizes.vocabulary(),
        sizes.hidden(),
        sizes.intermediate(),
        sizes.maxPositions(),
        norm(spec.norm()),
        spec.blocks().stream().map(block -> block(block, any)).toList(),
        new DecoderFacts.Embedding(
            spec.embedding().factor(), spec.embedding().norm(), spec.embedding().positions()),
        new DecoderFacts.Head(
            spec.head().tied(),
            spec.head().bias(),
            spec.head().rule().factor(),
            spec.head().rule().softcap()));
  }

  /** Empty for a delta rule. */
  private static Optional<DecoderFacts.Attention> attention(SublayerSpec sublayer) {
    if (sublayer instanceof LatentSpec latent) {
      return Optional.of(latent(latent));
    }
    return sublayer instanceof AttentionSpec spec ? Optional.of(attention(spec)) : Optional.empty();
  }

  private static DecoderFacts.Norm norm(NormSpec norm) {
    boolean rms =
        switch (norm.kind()) {
          case RMS, RMS_PLUS_ONE -> true;
          case LAYER, LAYER_WITHOUT_BIAS -> false;
        };
    return new DecoderFacts.Norm(
        !rms,
        norm.kind() == NormSpec.Kind.RMS_PLUS_ONE,
        norm.tensors() == NormTensors.WEIGHT_AND_BIAS,
        norm.epsilon());
  }

  private static DecoderFacts.Block block(BlockSpec block, DecoderFacts.Attention any) {
    SublayerSpec mlp = block.mlp().sublayer();
    Optional<MixtureSpec> mixture =
        mlp instanceof MixtureSpec m ? Optional.of(m) : Optional.empty();
    MlpSpec shape = mixture.map(m -> m.experts().get(0)).orElseGet(() -> (MlpSpec) mlp);
    DecoderFacts.Form form =
        switch (block.form()) {
          case SEQUENTIAL -> DecoderFacts.Form.SEQUENTIAL;
          case SEQUENTIAL_FROM_NORMED -> DecoderFacts.Form.SEQUENTIAL_FROM_NORMED;
          case PARALLEL -> DecoderFacts.Form.PARALLEL;
        };
    return new DecoderFacts.Block(
        attention(block.attention().sublayer()).orElse(any),
        block.attention().sublayer() instanceof DeltaSpec delta
            ? Optional.of(delta.sizes())
            : Optional.empty(),
        mlp(shape),
        mixture.map(DecoderFactsMaker::mixture),
        form,
        block.factor());
  }

  private static DecoderFacts.Mlp mlp(MlpSpec mlp) {
    String activation =
        mlp.fusedRule() instanceof GateRule.Interleaved rule
            ? "swiglu_oss of limit " + rule.limit() + " and slope " + rule.alpha()
            : mlp.activation().name().toLowerCase(Locale.ROOT);
    return new DecoderFacts.Mlp(activation, mlp.last().cols());
  }

  private static DecoderFacts.Mixture mixture(MixtureSpec mixture) {
    return new DecoderFacts.Mixture(
        mixture.experts().size(),
        mixture.routing(),
        mixture.shared().map(s -> s.last().cols()).orElse(0),
        mixture.experts().get(0).fusedRule() instanceof GateRule.Interleaved);
  }

  private static DecoderFacts.Attention attention(AttentionSpec spec) {
    return new DecoderFacts.Attention(
        spec.shape(),
        spec.linears() instanceof HeadLinears.Fused fused
            ? OptionalInt.of(fused.groups())
            : OptionalInt.empty(),
        spec.norms().map(HeadNormSpec::kind).map(DecoderFactsMaker::headNorms),
        spec.rotary(),
        spec.rule().scale(),
        spec.rule().softcap(),
        spec.rule().alibi().isPresent(),
        spec.queryScale().map(PositionScale::beta).orElse(0.0),
        spec.queryScale().map(PositionScale::positions).orElse(0.0),
        spec.window(),
        Optional.empty());
  }

  private static DecoderFacts.Attention latent(LatentSpec spec) {
    LatentSizes sizes = spec.sizes();
    return new DecoderFacts.Attention(
        sizes.shape(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.of(spec.rotary()),
        spec.scale(),
        0,
        false,
        0,
        0,
        0,
        Optional.of(
            new DecoderFacts.Latent(
                sizes.queryRank(),
                sizes.keyValueRank(),
                sizes.turning(),
                LatentSpec.INNER.epsilon())));
  }

  private static DecoderFacts.HeadNorms headNorms(HeadNormSpec.Kind kind) {
    return switch (kind) {
      case HEAD -> DecoderFacts.HeadNorms.HEAD;
      case ROWS, LIST -> DecoderFacts.HeadNorms.ROWS;
      case WHOLE -> DecoderFacts.HeadNorms.WHOLE;
    };
  }
}
