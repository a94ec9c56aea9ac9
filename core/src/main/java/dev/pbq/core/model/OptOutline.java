package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What {@link OptModel} computes, in words. */
record OptOutline(OptConfig config, ModelLayout layout) {
  DecoderOutline outline() {
    OuterNames names = OptLayout.OUTER;
    return new DecoderOutline(
        config.hidden(),
        config.vocabulary(),
        new DecoderOutline.Embedding(
            names.embedding(),
            1,
            projection(OptLayout.PROJECT_IN),
            Optional.of(
                new DecoderOutline.Positions(
                    OptLayout.POSITIONS + ".weight", OptConfig.POSITION_OFFSET)),
            Optional.empty()),
        IntStream.range(0, config.layers()).mapToObj(this::block).toList(),
        names.finalNorm().filter(n -> config.finalNorm()).map(this::norm),
        new DecoderOutline.Head(
            projection(OptLayout.PROJECT_OUT),
            config.tiedHead() ? names.embedding() : names.head(),
            false,
            Optional.empty(),
            1,
            0));
  }

  private Optional<String> projection(String name) {
    return Optional.of(name).filter(n -> config.projected());
  }

  private DecoderOutline.Block block(int block) {
    AttentionShape shape = layout.sizes().attention();
    return new DecoderOutline.Block(
        half(
            block,
            NormRole.ATTENTION,
            new SublayerOutline.Attention(
                shape,
                new SublayerOutline.Projection.Separate(
                    linear(block, Role.QUERY),
                    linear(block, Role.KEY),
                    linear(block, Role.VALUE),
                    false),
                linear(block, Role.ATTENTION_OUT),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new SublayerOutline.Scores(
                    ScoreRule.of(shape).scale(), 0, Optional.empty(), Optional.empty()),
                0)),
        half(
            block,
            NormRole.MLP,
            new SublayerOutline.Mlp(
                List.of(linear(block, Role.FC1)),
                linear(block, Role.FC2),
                layout.sizes().intermediate(),
                new SublayerOutline.Gate.None(
                    config.activation().equals("gelu")
                        ? ActivationFunction.GELU
                        : ActivationFunction.RELU))),
        false);
  }

  private String linear(int block, Role role) {
    return layout.linear(block, role).orElseThrow().name();
  }

  private DecoderOutline.Half half(int block, NormRole role, SublayerOutline sublayer) {
    Optional<DecoderOutline.Norm> norm =
        layout.norms(block).stream()
            .filter(n -> n.role() == role)
            .findFirst()
            .map(n -> norm(n.name()));
    return new DecoderOutline.Half(
        norm.filter(n -> config.normBefore()),
        Optional.empty(),
        norm.filter(n -> !config.normBefore()),
        1,
        false,
        sublayer);
  }

  private DecoderOutline.Norm norm(String name) {
    boolean affine = config.affineNorm();
    return new DecoderOutline.Norm(
        DecoderOutline.NormKind.LAYER,
        Normalization.LAYER_EPSILON,
        config.hidden(),
        affine ? List.of(name + ".weight") : List.of(),
        affine ? List.of(name + ".bias") : List.of());
  }
}
