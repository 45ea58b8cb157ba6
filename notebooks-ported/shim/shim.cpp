// What tch lacks: an operation with a backward of its own, and a hook. torch-sys's C_tensor is at::Tensor.
#include <torch/csrc/autograd/custom_function.h>
using at::Tensor;
using namespace torch::autograd;

struct Through : Function<Through> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, double most) {
    ctx->saved_data["most"] = most;
    return x.round();
  }
  static variable_list backward(AutogradContext *ctx, variable_list gradients) {
    double most = ctx->saved_data["most"].toDouble();
    return {gradients[0].clamp(-most, most), Tensor()}; // one for each argument of forward
  }
};

// A C++ exception in Rust would end the process. So its text is returned, to be read before this thread's next call.
template <typename F> static const char *caught(F body) {
  static thread_local std::string message;
  try {
    body();
    return nullptr;
  } catch (const c10::Error &error) {
    message = error.what_without_backtrace();
  } catch (const std::exception &error) {
    message = error.what();
  }
  return message.c_str();
}

extern "C" const char *shim_through(const Tensor *x, double most, Tensor **result) {
  return caught([=] { *result = new Tensor(Through::apply(*x, most)); });
}

extern "C" const char *shim_register_hook(const Tensor *x, Tensor *(*hook)(const Tensor *)) {
  return caught([=] {
    x->register_hook([hook](const Tensor &gradient) { return *std::unique_ptr<Tensor>(hook(&gradient)); });
  });
}
