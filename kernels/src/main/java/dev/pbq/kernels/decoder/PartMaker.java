package dev.pbq.kernels.decoder;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.DecoderOutline;
import dev.pbq.core.model.RotarySpec;
import dev.pbq.core.model.SublayerOutline;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Makes the parts of a decoder of its outline and its weights. Thread-safe. */
final class PartMaker {
  private final StepWeights weights;
  // Tables of positions are the same for all blocks.
  private final Map<RotarySpec, RotaryStep> rotaries = new ConcurrentHashMap<>();

  PartMaker(StepWeights weights) {
    this.weights = weights;
  }

  BlockStep block(String name, DecoderOutline.Block block, Memory memory) {
    return new BlockStep(
        name,
        half(block.attention(), attention(block.attention().sublayer(), memory)),
        half(block.mlp(), feedForward(block.mlp().sublayer())),
        block.parallel());
  }

  private HalfStep half(DecoderOutline.Half half, Sublayer sublayer) {
    return new HalfStep(
        half.before().map(weights::norm),
        half.after().map(weights::norm),
        half.ofSum().map(weights::norm),
        (float) half.factor(),
        half.fromNormed(),
        sublayer);
  }

  private Sublayer attention(SublayerOutline outline, Memory memory) {
    if (outline instanceof SublayerOutline.Attention attention) {
      return heads(attention, (KeyValues) memory);
    }
    if (outline instanceof SublayerOutline.Latent latent) {
      return latent(latent, (KeyValues) memory);
    }
    return delta((SublayerOutline.Delta) outline, (DeltaState) memory);
  }

  private Sublayer feedForward(SublayerOutline outline) {
    return outline instanceof SublayerOutline.Mixture mixture
        ? mixture(mixture)
        : mlp((SublayerOutline.Mlp) outline);
  }

  private AttentionStep heads(SublayerOutline.Attention attention, KeyValues cache) {
    return new AttentionStep(
        projection(attention.projection(), attention.shape()),
        attention.queryNorm().map(weights::norm),
        attention.keyNorm().map(weights::norm),
        attention.rotary().map(this::rotary),
        attention.queryScale(),
        scores(attention.scores(), attention.shape(), attention.window()),
        cache,
        weights.linear(attention.output()));
  }

  private HeadsStep projection(SublayerOutline.Projection projection, AttentionShape shape) {
    if (projection instanceof SublayerOutline.Projection.Fused fused) {
      return new HeadsStep.Fused(weights.linear(fused.all()), shape, fused.groups());
    }
    SublayerOutline.Projection.Separate three = (SublayerOutline.Projection.Separate) projection;
    SharedInput all = shared(three.query(), three.key(), three.value());
    return three.gated() ? new HeadsStep.Gated(all, shape.headDim()) : new HeadsStep.Separate(all);
  }

  private ScoreStep scores(SublayerOutline.Scores scores, AttentionShape shape, int window) {
    return new ScoreStep(
        shape,
        (float) scores.scale(),
        (float) scores.softcap(),
        scores.alibi(),
        scores.sinks().map(weights::values).orElseGet(() -> new float[0]),
        window);
  }

  private LatentStep latent(SublayerOutline.Latent latent, KeyValues cache) {
    SublayerOutline.Scores scores =
        new SublayerOutline.Scores(latent.scale(), 0, Optional.empty(), Optional.empty());
    return new LatentStep(
        latent.sizes(),
        shared(latent.query(), latent.keyValue()),
        latent.queryNarrow().map(this::narrow),
        narrow(latent.keyValueNarrow()),
        rotary(latent.rotary()),
        scores(scores, latent.sizes().shape(), 0),
        cache,
        weights.linear(latent.output()));
  }

  private LatentStep.Narrow narrow(SublayerOutline.Narrow narrow) {
    return new LatentStep.Narrow(weights.norm(narrow.norm()), weights.linear(narrow.linear()));
  }

  private DeltaStep delta(SublayerOutline.Delta delta, DeltaState state) {
    float[] speed = weights.values(delta.rate());
    for (int h = 0; h < speed.length; h++) {
      speed[h] = (float) Math.exp(speed[h]);
    }
    return new DeltaStep(
        delta.sizes(),
        shared(delta.mixed(), delta.gate(), delta.write(), delta.decay()),
        weights.values(delta.convolution()),
        speed,
        weights.values(delta.shift()),
        weights.norm(delta.norm()),
        state,
        weights.linear(delta.output()));
  }

  private MlpStep mlp(SublayerOutline.Mlp mlp) {
    return new MlpStep(
        SharedInput.of(mlp.first().stream().map(weights::linear).toList()),
        GateStep.of(mlp.gate(), mlp.width()),
        weights.linear(mlp.last()));
  }

  private MixtureStep mixture(SublayerOutline.Mixture mixture) {
    List<MlpStep> experts = mixture.experts().stream().map(this::mlp).toList();
    return new MixtureStep(
        weights.linear(mixture.router()),
        mixture.correction().map(weights::values).orElseGet(() -> new float[experts.size()]),
        mixture.routing(),
        experts,
        mixture
            .shared()
            .map(s -> new MixtureStep.Shared(mlp(s), mixture.sharedGate().map(weights::linear))));
  }

  private SharedInput shared(String... linears) {
    return SharedInput.of(Stream.of(linears).map(weights::linear).toList());
  }

  private RotaryStep rotary(RotarySpec spec) {
    return rotaries.computeIfAbsent(spec, RotaryStep::new);
  }
}
